import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutants.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** A copy of the source and of the simulation with a bug in it. */
export interface Planted extends Disposable {
  /** The worker that plays in it. */
  readonly worker: string
}

/** @throws RangeError the source is not what the mutant changes: the mutant has to follow it */
export function plant({ name, changes }: Mutant): Planted {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-mutant-'))
  for (const part of ['src', 'simulation', 'package.json', 'tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(project, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, find, replace } of changes) {
    const path = join(folder, file)
    const parts = readFileSync(path, 'utf8').split(find)
    if (parts.length !== 2) {
      rmSync(folder, { recursive: true })
      throw new RangeError(`"${name}": ${file} has ${parts.length - 1} times what is to be changed: ${find}`)
    }
    writeFileSync(path, parts.join(replace))
  }
  return {
    worker: join(folder, 'simulation/worker.ts'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
