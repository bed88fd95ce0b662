import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compileSource } from '../../test/support/compiled-source.ts'
import { Secret } from '../secret.ts'
import { fileKeys } from './file-keys.ts'
import { KeyRing } from './key-ring.ts'
import { generateKey } from './ring-key.ts'

// Root reads and writes everything, so file modes are proved by a process of another user.
const ordinaryUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

let compiled: string
let directory: string

beforeAll(() => {
  compiled = compileSource()
})
afterAll(() => rmSync(compiled, { recursive: true }))

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evergrant-keys-'))
  if (ordinaryUser.uid !== undefined) chownSync(directory, ordinaryUser.uid, ordinaryUser.gid)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Prints the ids of the ring, or the error. */
const loadScript = `
  import { fileKeys } from './sealing/file-keys.js'
  import { KeyRing } from './sealing/key-ring.js'
  try {
    console.log((await KeyRing.load(fileKeys(process.argv[1]))).keyIds.join())
  } catch (error) {
    console.log(error.name + ': ' + error.message)
  }
`

function nodeArguments(path: string): string[] {
  return ['--input-type=module', '--eval', loadScript, path]
}

function loadAsOrdinaryUser(path: string): string {
  const child = spawnSync(process.execPath, nodeArguments(path), {
    ...ordinaryUser,
    cwd: compiled,
    encoding: 'utf8',
  })
  expect(child.stderr).toBe('')
  return child.stdout.trim()
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

describe('the key file', () => {
  test('is made at the first start, private, and read from then on', () => {
    const path = join(directory, 'data', 'keys')
    const id = loadAsOrdinaryUser(path)
    expect(id).toMatch(/^file-[0-9a-f]{8}$/)
    expect(modeOf(path)).toBe(0o600)
    expect(modeOf(join(directory, 'data'))).toBe(0o700)
    expect(readdirSync(join(directory, 'data'))).toEqual(['keys'])
    expect(loadAsOrdinaryUser(path)).toBe(id)
  })

  test('opens what an earlier start sealed', async () => {
    const path = join(directory, 'keys')
    const place = { purpose: 'access_token', clientId: 'a', provider: 'b' } as const
    const sealed = (await KeyRing.load(fileKeys(path))).seal(Secret.of('token'), place)
    expect((await KeyRing.load(fileKeys(path))).open(sealed, place).reveal()).toBe('token')
  })

  test('is made once when eight processes start together, and all have the same key', async () => {
    const path = join(directory, 'data', 'keys')
    const starts = Array.from({ length: 8 }, async () => {
      const child = spawn(process.execPath, nodeArguments(path), { ...ordinaryUser, cwd: compiled })
      let output = ''
      for await (const chunk of child.stdout) output += String(chunk)
      return output.trim()
    })
    const ids = new Set(await Promise.all(starts))
    expect([...ids]).toEqual([expect.stringMatching(/^file-[0-9a-f]{8}$/)])
    expect(readdirSync(join(directory, 'data'))).toEqual(['keys'])
  })

  test('is made once by forty starts of one process', async () => {
    const path = join(directory, 'data', 'keys')
    const rings = await Promise.all(Array.from({ length: 40 }, () => KeyRing.load(fileKeys(path))))
    expect(new Set(rings.map(ring => ring.keyIds.join())).size).toBe(1)
    expect(readdirSync(join(directory, 'data'))).toEqual(['keys'])
  })

  test('of a process that was faster is taken, not replaced', async () => {
    const path = join(directory, 'keys')
    const loading = fileKeys(path).load()
    while (!readdirSync(directory).some(name => name.endsWith('.draft'))) await new Promise(setImmediate)
    const winner = `${generateKey('winner')}\n`
    writeFileSync(path, winner, { mode: 0o600, flag: 'wx' })
    expect((await loading).map(key => key.id)).toEqual(['winner'])
    expect(readFileSync(path, 'utf8')).toBe(winner)
    expect(readdirSync(directory)).toEqual(['keys'])
  })

  test('is not made where sealed values are: they would never open', async () => {
    const path = join(directory, 'keys')
    const loading = fileKeys(path, {
      data: { name: 'the vault', holdsSealedValues: async () => true },
    }).load()
    await expect(loading).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(`The key file ${path} is missing, and the vault holds sealed tokens.`),
    })
    expect(readdirSync(directory)).toEqual([])
  })

  test('of a process that has sealed values meanwhile is taken', async () => {
    const path = join(directory, 'keys')
    const holdsSealedValues = async (): Promise<boolean> => {
      writeFileSync(path, `${generateKey('winner')}\n`, { mode: 0o600 })
      return true
    }
    const keys = await fileKeys(path, { data: { name: 'the vault', holdsSealedValues } }).load()
    expect(keys.map(({ id }) => id)).toEqual(['winner'])
  })

  test('is made where nothing is sealed, and nobody asks once it is there', async () => {
    const path = join(directory, 'keys')
    let asked = 0
    const holdsSealedValues = async (): Promise<boolean> => {
      asked += 1
      return false
    }
    const source = fileKeys(path, { data: { name: 'the vault', holdsSealedValues } })
    const [made] = await source.load()
    expect((await source.load()).map(({ id }) => id)).toEqual([made?.id])
    expect(asked).toBe(1)
  })

  test('may hold several keys, one a line; the first seals', async () => {
    const path = join(directory, 'keys')
    writeFileSync(path, `${generateKey('new')}\r\n\n${generateKey('old')}\n`, { mode: 0o600 })
    expect((await KeyRing.load(fileKeys(path))).keyIds).toEqual(['new', 'old'])
  })

  test.each([0o640, 0o604, 0o644, 0o660, 0o602])('is refused with mode %o', mode => {
    const path = join(directory, 'keys')
    writeFileSync(path, `${generateKey('k1')}\n`)
    if (ordinaryUser.uid !== undefined) chownSync(path, ordinaryUser.uid, ordinaryUser.gid)
    chmodSync(path, mode)
    expect(loadAsOrdinaryUser(path)).toMatch(/^InvalidInputError: .*chmod 600/)
    expect(modeOf(path)).toBe(mode)
  })

  test.each([
    ['nothing', ''],
    ['blank lines', '\n\n'],
    ['half a key', generateKey('k1').slice(0, 20)],
    ['other bytes', 'SQLite format 3\u0000'],
  ])('is refused, and left as it is, when it holds %s', async (_, content) => {
    const path = join(directory, 'keys')
    writeFileSync(path, content, { mode: 0o600 })
    await expect(fileKeys(path).load()).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(readFileSync(path, 'utf8')).toBe(content)
    expect(readdirSync(directory)).toEqual(['keys'])
  })

  test('is refused when it belongs to another user or its directory is not writable', () => {
    const path = join(directory, 'keys')
    writeFileSync(path, `${generateKey('k1')}\n`)
    chmodSync(path, 0o000)
    expect(loadAsOrdinaryUser(path)).toMatch(/^InvalidInputError: .*EACCES/)

    const locked = join(directory, 'locked')
    mkdirSync(locked)
    chmodSync(locked, 0o555)
    expect(loadAsOrdinaryUser(join(locked, 'keys'))).toMatch(/^InvalidInputError: .*EACCES/)
    expect(readdirSync(locked)).toEqual([])
  })

  test.each(['no/such/keys', '/proc/evergrant/keys'])(
    'is refused where its directory cannot be made: %s',
    async path => {
      const loading = fileKeys(resolve(directory, path)).load()
      await expect(loading).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('ENOENT'),
      })
      expect(readdirSync(directory)).toEqual([])
    },
  )

  test('is refused when it is a directory', async () => {
    mkdirSync(join(directory, 'keys'))
    await expect(fileKeys(join(directory, 'keys')).load()).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
