import { mkdir, writeFile } from 'node:fs/promises'
import { InvalidInputError } from '../../errors.ts'

/**
 * Makes the directory for embedded data: for its owner only, and with a `.gitignore` that keeps all of it out of
 * repositories. Leaves one alone that is there: it may hold other things.
 * @throws InvalidInputError it cannot be made or written
 */
export async function makeDataDirectory(directory: string): Promise<void> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: 0o700 })
    if (made !== undefined) await writeFile(`${directory}/.gitignore`, '*\n', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return
    throw new InvalidInputError(
      `The data directory ${directory} cannot be written (${code ?? 'unknown fault'}). Make it writable for this ` +
        'user, or name another in EVERGRANT_DATA_DIR.',
    )
  }
}
