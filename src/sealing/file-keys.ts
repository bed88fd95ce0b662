import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InvalidInputError } from '../errors.ts'
import type { KeySource, RingKey } from '../ports/key-source.ts'
import { generateKey, parseRingKeys } from './ring-key.ts'

/**
 * The key ring of a private file, one `id:base64(32 bytes)` a line; the first key seals. At the first start the
 * file is made, mode 0600, by exactly one of the processes that start. A file that is there is never written.
 */
export function fileKeys(path: string): KeySource {
  const name = `the key file ${path}`
  return {
    name,
    load: async () => {
      try {
        return (await readKeys(path, name)) ?? (await makeKeys(path, name))
      } catch (error) {
        throw error instanceof InvalidInputError ? error : unusable(path, error)
      }
    },
  }
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
    if (codeOf(error) === 'ENOENT') return null
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
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(8).toString('hex')}.draft`
  try {
    await writeDurably(draft, `${generateKey(`file-${randomBytes(4).toString('hex')}`)}\n`)
    await linkUnlessPresent(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  await syncDirectory(directory)
  const keys = await readKeys(path, name)
  if (keys === null) throw new InvalidInputError(`The key file ${path} disappeared while it was being made.`)
  return keys
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function linkUnlessPresent(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

async function syncDirectory(path: string): Promise<void> {
  // A directory cannot be opened on Windows; NTFS journals its entries.
  if (process.platform === 'win32') return
  const directory = await open(path, constants.O_RDONLY)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function unusable(path: string, error: unknown): InvalidInputError {
  return new InvalidInputError(
    `The key file ${path} cannot be used (${codeOf(error) ?? 'unknown error'}). ` +
      'Make its directory writable for this user, or set EVERGRANT_ENCRYPTION_KEYS.',
  )
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
