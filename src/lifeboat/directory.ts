import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../ports/clock.ts'
import type { Launched, Lifeboat, LifeboatEntry, WaitingEntry } from '../ports/lifeboat.ts'
import { syncDirectory, systemCodeOf, writePrivateFile } from '../private-file.ts'
import { parseEntry, textOf } from './entry.ts'

const SUFFIX = '.sealed'
const DRAFT = '.draft'
/** A draft that is older was left by a process that ended while it wrote. */
const DRAFT_AGE_MS = 60 * 60_000

/**
 * A lifeboat in a private directory, one file an entry. The directory is made at the first entry, mode 0700: where
 * providers do not rotate refresh tokens there never is one.
 */
export function lifeboatDirectory(directory: string, clock: Clock): Lifeboat {
  return new LifeboatDirectory(directory, clock)
}

class LifeboatDirectory implements Lifeboat {
  readonly name: string
  readonly #clock: Clock

  constructor(directory: string, clock: Clock) {
    this.name = directory
    this.#clock = clock
  }

  async launch(entry: LifeboatEntry): Promise<Launched> {
    const name = `${prefixOf(entry.id)}${entry.attemptId}${SUFFIX}`
    try {
      await this.#write(name, textOf(entry))
      return { kind: 'aboard', name }
    } catch (error) {
      return { kind: 'failed', code: faultOf(error) }
    }
  }

  async waiting(rowId?: string): Promise<readonly WaitingEntry[]> {
    const prefix = rowId === undefined ? '' : prefixOf(rowId)
    const names = await readdir(this.name).catch(() => [])
    const found: WaitingEntry[] = []
    for (const name of names) {
      if (name.endsWith(DRAFT)) await this.#clearDraft(name)
      if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) continue
      const entry = await this.#read(name)
      if (entry !== null) found.push(entry)
    }
    return found
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.name, name), { force: true }).catch(() => {})
  }

  // Under another name first: a file of the final name is there with all its bytes, or not at all.
  async #write(name: string, text: string): Promise<void> {
    const draft = join(this.name, `${randomBytes(8).toString('hex')}${DRAFT}`)
    try {
      await this.#writeDraft(draft, text)
      await rename(draft, join(this.name, name))
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {})
      throw error
    }
    await syncDirectory(this.name)
  }

  async #writeDraft(draft: string, text: string): Promise<void> {
    try {
      await writePrivateFile(draft, text)
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error
      await this.#makeDirectory()
      await writePrivateFile(draft, text)
    }
  }

  // It, and the data directory that it lies in; not those above: where nobody has made a place, nobody would look.
  async #makeDirectory(): Promise<void> {
    try {
      await mkdir(dirname(this.name), { mode: 0o700 })
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
    }
    try {
      await mkdir(this.name, { mode: 0o700 })
      await writePrivateFile(join(this.name, '.gitignore'), '*\n')
      await syncDirectory(dirname(this.name))
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
    }
  }

  async #read(name: string): Promise<WaitingEntry | null> {
    try {
      const path = join(this.name, name)
      const entry = parseEntry(await readFile(path, 'utf8'))
      return entry === null ? null : { ...entry, name, ageMs: await this.#ageOf(path) }
    } catch {
      // Removed meanwhile: its process has committed. Or not readable: then it is not ours.
      return null
    }
  }

  async #ageOf(path: string): Promise<number> {
    return this.#clock.wallMs() - (await stat(path)).mtimeMs
  }

  async #clearDraft(name: string): Promise<void> {
    try {
      if ((await this.#ageOf(join(this.name, name))) > DRAFT_AGE_MS) await this.remove(name)
    } catch {
      // Gone meanwhile.
    }
  }
}

// By its digest: whatever an adopted table has for ids, it is the beginning of a file's name.
function prefixOf(rowId: string): string {
  return `${createHash('sha256').update(rowId).digest('hex').slice(0, 32)}-`
}

function faultOf(error: unknown): string {
  return systemCodeOf(error) ?? 'UNKNOWN'
}
