import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDERS = ['/usr/lib', '/usr/local/lib', '/usr/lib64']
const LIBRARY = 'faketime/libfaketime.so.1'

/** What has to be installed, in words; null: libfaketime is there. */
export function missingFakeClock(): string | null {
  if (libraryFile() !== null) return null
  return 'It needs libfaketime on Linux: apt-get install libfaketime, or dnf install libfaketime.'
}

/** A wall clock for processes, which can be set while they run. Their monotonic clock stays true. */
export class FakeClock {
  /** For the environment of the processes that are to have it. */
  readonly env: Readonly<Record<string, string>>
  readonly #file: string

  /** @param file where the clock's error is kept @throws Error libfaketime is not installed */
  constructor(file: string) {
    const library = libraryFile()
    if (library === null) throw new Error(missingFakeClock() ?? '')
    this.#file = file
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      // Looks at the file at each look at the clock.
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    }
    this.set(0)
  }

  /** From now on the clock is so many seconds ahead, or behind where negative. */
  set(offsetSeconds: number): void {
    const next = `${this.#file}.next`
    writeFileSync(next, `${offsetSeconds < 0 ? '' : '+'}${Math.round(offsetSeconds)}s\n`)
    renameSync(next, this.#file)
  }
}

/** Debian has it in a folder named after the machine's architecture. */
function libraryFile(): string | null {
  const folders = FOLDERS.filter(folder => existsSync(folder))
  const inside = folders.flatMap(folder => readdirSync(folder).map(name => join(folder, name)))
  return [...folders, ...inside].map(folder => join(folder, LIBRARY)).find(file => existsSync(file)) ?? null
}
