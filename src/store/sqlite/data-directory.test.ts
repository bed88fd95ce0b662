import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeDataDirectory } from './data-directory.ts'

const parent = mkdtempSync(join(tmpdir(), 'evergrant-data-'))
afterAll(() => rmSync(parent, { recursive: true }))

test('a new data directory is for its owner only, and is kept out of repositories', async () => {
  const directory = join(parent, 'new/data')
  await makeDataDirectory(directory)
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
  await makeDataDirectory(directory)
})

test('an empty directory that is there is kept out of repositories, too', async () => {
  const directory = join(parent, 'empty')
  mkdirSync(directory, { mode: 0o755 })
  await makeDataDirectory(directory)
  expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
  expect(statSync(directory).mode & 0o777).toBe(0o755)
})

test('a directory that holds something is left as it is: it may be the root of a repository', async () => {
  const directory = join(parent, 'project')
  mkdirSync(join(directory, '.git'), { recursive: true })
  await makeDataDirectory(directory)
  expect(readdirSync(directory)).toEqual(['.git'])
})

test.each(['/dev/null/data', '/dev/null', '/proc/evergrant', '/proc/evergrant/a/b'])(
  'a place where no directory can be is refused, with what to change: %j',
  async directory => {
    await expect(makeDataDirectory(directory)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/EVERGRANT_DATA_DIR.*--data-dir/),
    })
  },
)

test('one that many make at once is whole for all of them', async () => {
  const directory = join(parent, 'many/at/once')
  await Promise.all(Array.from({ length: 20 }, () => makeDataDirectory(directory)))
  expect(statSync(join(parent, 'many')).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
})
