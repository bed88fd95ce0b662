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

test('a directory that is there is left as it is: it may be the root of a repository', async () => {
  const directory = join(parent, 'project')
  mkdirSync(directory, { mode: 0o755 })
  await makeDataDirectory(directory)
  expect(readdirSync(directory)).toEqual([])
})

test('a place where no directory can be is refused, with the variable to change', async () => {
  await expect(makeDataDirectory('/dev/null/data')).rejects.toThrow(/EVERGRANT_DATA_DIR/)
})
