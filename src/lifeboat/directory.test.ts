import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { entryOf, lifeboatContract } from '../../test/support/lifeboat-contract.ts'
import { MemoryLifeboat } from '../../test/support/memory-lifeboat.ts'
import { systemClock } from '../clock.ts'
import { lifeboatDirectory } from './directory.ts'

const made: string[] = []

async function place(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'evergrant-lifeboat-'))
  made.push(parent)
  return join(parent, 'lifeboat')
}

afterEach(async () => {
  await Promise.all(made.splice(0).map(parent => rm(parent, { recursive: true })))
})

describe('in a directory', () => {
  lifeboatContract(async () => {
    const directory = await place()
    return [lifeboatDirectory(directory, systemClock), lifeboatDirectory(directory, systemClock)]
  })
})

describe('in memory', () => {
  lifeboatContract(async () => {
    const boat = new MemoryLifeboat(systemClock)
    return [boat, boat]
  })
})

describe('the directory', () => {
  test('is made with the first entry, for its owner alone, and kept out of repositories', async () => {
    const directory = await place()
    const boat = lifeboatDirectory(directory, systemClock)
    await boat.waiting()
    await expect(stat(directory)).rejects.toThrow('ENOENT')

    await boat.launch(entryOf('row'))
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect(await readFile(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
    }
  })

  test('that is removed while it is used is made again', async () => {
    const directory = await place()
    const boat = lifeboatDirectory(directory, systemClock)
    await boat.launch(entryOf('row'))
    await rm(directory, { recursive: true })
    expect(await boat.launch(entryOf('row'))).toMatchObject({ kind: 'aboard' })
    expect(await boat.waiting('row')).toHaveLength(1)
  })

  test('that cannot be written says why, and throws nothing', async () => {
    const parent = join(await place(), 'that', 'nobody', 'made')
    expect(await lifeboatDirectory(parent, systemClock).launch(entryOf('row'))).toEqual({
      kind: 'failed',
      code: 'ENOENT',
    })
    const file = await place()
    await writeFile(file, '')
    const boat = lifeboatDirectory(file, systemClock)
    expect(await boat.launch(entryOf('row'))).toEqual({ kind: 'failed', code: 'ENOTDIR' })
    expect(await boat.waiting()).toEqual([])
    await boat.remove('anything')
  })

  test('passes over what it has not written, and leaves it alone', async () => {
    const directory = await place()
    const boat = lifeboatDirectory(directory, systemClock)
    const launched = await boat.launch(entryOf('row'))
    const name = launched.kind === 'aboard' ? launched.name : ''
    const text = await readFile(join(directory, name), 'utf8')
    const prefix = name.slice(0, 33)
    const odd: Record<string, string> = {
      cut: text.slice(0, -10),
      empty: '',
      array: '[]',
      none: 'null',
      later: text.replace('"version":1', '"version":2'),
      lacking: text.replace('"spent"', '"spend"'),
      typed: text.replace('"generation":3', '"generation":"3"'),
      huge: text.replace('"generation":3', '"generation":1e300'),
      number: text.replace('"eg1.successor"', '5'),
    }
    for (const [kind, content] of Object.entries(odd)) {
      await writeFile(join(directory, `${prefix}${kind}.sealed`), content)
    }
    expect((await boat.waiting('row')).map(entry => entry.name)).toEqual([name])
    expect(await readdir(directory)).toHaveLength(2 + Object.keys(odd).length)
  })

  test('loses drafts of processes that ended while they wrote, and no others', async () => {
    const directory = await place()
    const boat = lifeboatDirectory(directory, systemClock)
    await boat.launch(entryOf('row'))
    await writeFile(join(directory, 'old.draft'), '{')
    await writeFile(join(directory, 'new.draft'), '{')
    const yesterday = new Date(systemClock.wallMs() - 24 * 3_600_000)
    await utimes(join(directory, 'old.draft'), yesterday, yesterday)
    await boat.waiting()
    const names = await readdir(directory)
    expect(names).toContain('new.draft')
    expect(names).not.toContain('old.draft')
  })
})
