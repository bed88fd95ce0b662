import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * Makes a file that only its owner can read, and returns when it is on the disk; its entry in the directory may not
 * be yet: see {@link syncDirectory}. Rejects with Node's own error, `EEXIST` where the file is there.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Writes the entries of a directory through to the disk: what was made, renamed or removed in it. */
export async function syncDirectory(path: string): Promise<void> {
  // A directory cannot be opened on Windows; NTFS journals its entries.
  if (process.platform === 'win32') return
  const directory = await open(path, constants.O_RDONLY)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Node's code of a failed call, as `ENOENT`. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
