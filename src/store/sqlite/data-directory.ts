import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { InvalidInputError } from '../../errors.ts'

/**
 * Makes the directory for embedded data: for its owner only, and with a `.gitignore` that keeps all of it out of
 * repositories. An empty one that is there gets that file, too; one that holds other things is left alone.
 * @throws InvalidInputError it cannot be made or written
 */
export async function makeDataDirectory(directory: string): Promise<void> {
  try {
    const isNew = await makeWithParents(resolve(directory))
    if (isNew || (await isEmpty(directory))) await keepOutOfRepositories(directory)
  } catch (error) {
    throw new InvalidInputError(
      `The data directory ${directory} cannot be made (${codeOf(error) ?? 'unknown fault'}). Make it writable for ` +
        'this user, or name another: in EVERGRANT_DATA_DIR, or with --data-dir.',
    )
  }
}

/**
 * Gives whether the directory is new. Not by the `recursive` of Node's mkdir: where a file system answers that the
 * parent is missing although it is there (/proc does), that tries again without end.
 */
async function makeWithParents(directory: string): Promise<boolean> {
  try {
    return await make(directory)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(directory) === directory) throw error
  }
  await makeWithParents(dirname(directory))
  return make(directory)
}

async function make(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { mode: 0o700 })
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !(await stat(directory)).isDirectory()) throw error
    return false
  }
}

async function isEmpty(directory: string): Promise<boolean> {
  // One that cannot be read is none that is known to be empty.
  const names = await readdir(directory).catch(() => null)
  return names?.length === 0
}

async function keepOutOfRepositories(directory: string): Promise<void> {
  try {
    await writeFile(`${directory}/.gitignore`, '*\n', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
