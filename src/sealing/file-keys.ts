import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EvergrantError, InvalidInputError } from '../errors.ts'
import type { KeySource, RingKey } from '../ports/key-source.ts'
import { syncDirectory, systemCodeOf, writePrivateFile } from '../private-file.ts'
import { generateKey, parseRingKeys } from './ring-key.ts'

/** What the keys of a file seal. */
export interface SealedData {
  /** In words, for messages: `the database tokens.db`. */
  readonly name: string
  /** Whether there is a sealed value that a new key could not open. */
  holdsSealedValues(): Promise<boolean>
}

/** What a key file is for. */
export interface FileKeysOptions {
  /** While it holds sealed values, a file that is missing is an error: a new key would open none of them. */
  readonly data?: SealedData | undefined
}

/**
 * The key ring of a private file, one `id:base64(32 bytes)` a line; the first key seals. At the first start the
 * file is made, mode 0600, by exactly one of the processes that start, and its directory if only that is missing. A
 * file that is there is never written.
 */
export function fileKeys(path: string, { data }: FileKeysOptions = {}): KeySource {
  const name = `the key file ${path}`
  return {
    name,
    load: async () => {
      try {
        const keys = (await readKeys(path, name)) ?? (await keysBehind(data, path, name))
        return keys ?? (await makeKeys(path, name))
      } catch (error) {
        throw error instanceof EvergrantError ? error : unusable(path, error)
      }
    },
  }
}

// Another process may have made the file and sealed with it since we looked: it makes the file first, so where its
// values are seen the file is seen too.
async function keysBehind(
  data: SealedData | undefined,
  path: string,
  name: string,
): Promise<readonly RingKey[] | null> {
  if (data === undefined || !(await data.holdsSealedValues())) return null
  const keys = await readKeys(path, name)
  if (keys !== null) return keys
  throw new InvalidInputError(
    `The key file ${path} is missing, and ${data.name} holds sealed tokens. Restore that file from a backup, or set ` +
      'EVERGRANT_ENCRYPTION_KEYS to the keys that sealed them. If they are lost, nobody can open these tokens: set ' +
      'EVERGRANT_ENCRYPTION_KEYS to a new key (`evergrant keys generate`) and start again. The next error names the ' +
      'lost key, and how to go on without it.',
  )
}

async function readKeys(path: string, name: string): Promise<readonly RingKey[] | null> {
  const file = await openUnlessAbsent(path)
  if (file === null) return null
  try {
    await refuseUnlessPrivate(file, path)
    const lines = (await file.readFile('utf8')).split('\n').filter(line => line.trim() !== '')
    return parseRingKeys(lines, name)
  } finally {
    await file.close()
  }
}

async function openUnlessAbsent(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw error
  }
}

async function refuseUnlessPrivate(file: FileHandle, path: string): Promise<void> {
  const stats = await file.stat()
  if (!stats.isFile())
    throw new InvalidInputError(`${path} is not a file, so it cannot hold encryption keys.`)
  // Windows has no such modes: Node reports what it makes up.
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw new InvalidInputError(
      `The key file ${path} can be read by others than its owner. ` +
        `If nobody has read it, run: chmod 600 ${path}`,
    )
  }
}

// A whole file under another name, then a hard link to the final name: the link is there with all its bytes or
// not at all, and it fails when another process was first.
async function makeKeys(path: string, name: string): Promise<readonly RingKey[]> {
  const directory = dirname(path)
  await makeDirectory(directory)
  const draft = `${path}.${randomBytes(8).toString('hex')}.draft`
  try {
    await writePrivateFile(draft, `${generateKey(`file-${randomBytes(4).toString('hex')}`)}\n`)
    await linkUnlessPresent(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  await syncDirectory(directory)
  const keys = await readKeys(path, name)
  if (keys === null) throw new InvalidInputError(`The key file ${path} disappeared while it was being made.`)
  return keys
}

// One directory, not those above it: a key in a place that nobody has made is more likely a mistyped path.
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error
  }
}

async function linkUnlessPresent(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error
  }
}

function unusable(path: string, error: unknown): InvalidInputError {
  return new InvalidInputError(
    `The key file ${path} cannot be used (${systemCodeOf(error) ?? 'unknown error'}). ` +
      'Its directory must be there, writable for this user; or set EVERGRANT_ENCRYPTION_KEYS.',
  )
}
