import type { Clock } from '../../src/ports/clock.ts'
import type { Launched, Lifeboat, LifeboatEntry, WaitingEntry } from '../../src/ports/lifeboat.ts'

/** A lifeboat that the fake processes of one test share, as those of one machine share a directory. */
export class MemoryLifeboat implements Lifeboat {
  readonly name = 'memory'
  /** Each entry waits for this before it is aboard. */
  before: () => Promise<void> = async () => {}
  /** The code that writing fails with; null: it works. */
  fault: string | null = null
  launched = 0
  readonly #clock: Clock
  readonly #entries = new Map<string, LifeboatEntry & { readonly at: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async launch(entry: LifeboatEntry): Promise<Launched> {
    this.launched += 1
    await this.before()
    if (this.fault !== null) return { kind: 'failed', code: this.fault }
    this.#entries.set(entry.attemptId, { ...entry, at: this.#clock.wallMs() })
    return { kind: 'aboard', name: entry.attemptId }
  }

  async waiting(rowId?: string): Promise<readonly WaitingEntry[]> {
    return [...this.#entries]
      .filter(([, { id }]) => rowId === undefined || id === rowId)
      .map(([name, { at, ...entry }]) => ({ ...entry, name, ageMs: this.#clock.wallMs() - at }))
  }

  async remove(name: string): Promise<void> {
    this.#entries.delete(name)
  }
}
