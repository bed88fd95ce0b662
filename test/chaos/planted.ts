import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileSource } from '../support/compiled-source.ts'

interface Edit {
  /** Under the folder of the build. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Bugs that a campaign must find: each takes one line of the protocol away. */
export const plants = {
  'no-lease': [
    { file: 'store/token-changes.js', from: 'this.#leaseIsOver(longestLeaseMs));', to: 'undefined);' },
    {
      file: 'lifecycle/gate.js',
      from: 'return connection.leaseUntil !== null && connection.leaseUntil > now;',
      to: 'return false;',
    },
  ],
  'no-fence': [
    {
      file: 'store/token-changes.js',
      from: 'return and(eq(t.id, id), eq(t.generation, generation));',
      to: 'return eq(t.id, id);',
    },
  ],
  'no-lifeboat': [
    { file: 'refresh/rescue.js', from: 'if (lifeboat === null ||', to: 'if (true || lifeboat === null ||' },
  ],
  /** With a disk on which a write takes its time, so that they meet. */
  'no-patience': [
    {
      file: 'store/sqlite/connection.js',
      from: 'const BUSY_TIMEOUT_MS = 10;',
      to: 'const BUSY_TIMEOUT_MS = 0;',
    },
    { file: 'store/sqlite/busy.js', from: 'if (expired() || !isBusy(error))', to: 'if (true)' },
    {
      file: 'store/sqlite/connection.js',
      from: "this.exec('begin immediate');",
      to: "this.exec('begin immediate'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);",
    },
  ],
  'wall-clock': [
    {
      file: 'refresh/observed.js',
      from: 'return observed.row.now + (clock.monotonicMs() - observed.readAt);',
      to: 'return clock.wallMs();',
    },
  ],
  'no-sweep': [
    {
      file: 'refresh/sweeper.js',
      from: 'void this.#keepDoing(1, () => this.#sweep(provider, false));',
      to: 'void provider;',
    },
  ],
  'no-draining': [
    {
      file: 'refresh/refresher.js',
      from: 'await clock.delay(policy.closeTimeoutMs,',
      to: 'await clock.delay(0,',
    },
  ],
  /** A commit without an answer passes for one that failed for good. */
  'commit-once': [
    { file: 'refresh/persist.js', from: 'if (first !== null)', to: '' },
    {
      file: 'refresh/commit.js',
      from: "if (done === null)\n        return { kind: 'unwritten' };",
      to: "if (done === null) { await boarded.clear(); return { kind: 'unwritten' }; }",
    },
  ],
  /** A refresh whose answer was cut is repeated at once, whatever the provider makes of that. */
  'strict-replay': [
    { file: 'lifecycle/failure.js', from: "if (traits.rotation === 'strict')", to: 'if (false)' },
    {
      file: 'lifecycle/gate.js',
      from: "if (traits.rotation !== 'strict' ||",
      to: 'if (true ||',
    },
  ],
  /** A token that is due for a refresh is not handed out any more. */
  'no-old-token': [
    {
      file: 'lifecycle/decide.js',
      from: 'const goodEnough = !demand.refreshNow',
      to: "const goodEnough = state === 'fresh' && !demand.refreshNow",
    },
  ],
} satisfies Readonly<Record<string, readonly Edit[]>>

export type Plant = keyof typeof plants

/** Compiles the package with a bug. Gives the folder; the caller removes it. @throws Error its line is not there */
export function planted(plant: Plant): string {
  const folder = compileSource()
  for (const { file, from, to } of plants[plant]) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    if (text.split(from).length !== 2) throw new Error(`${plant}: ${file} does not have "${from}" once`)
    writeFileSync(path, text.replace(from, to))
  }
  return folder
}
