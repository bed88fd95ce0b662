import type { OAuthTokenService } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { CLIENT, DATABASES, serviceWorld } from '../../test/support/services.ts'
import { Secret } from '../secret.ts'
import { assemblyOf, openWithAnyKeys } from '../service.ts'
import { listKeys } from './list-keys.ts'
import { rotateKeys, sealTokens } from './rotate-keys.ts'

const world = await serviceWorld()
const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`
const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`
const PLAIN = '1000.plain.refresh'

/** A service in which the ring of the next one can be tried on the same database: in memory, the same store. */
async function reopened(before: OAuthTokenService, url: string, keys: string): Promise<OAuthTokenService> {
  if (url !== 'memory:') return world.open(url, { encryptionKeys: keys })
  const after = await world.open(url, { encryptionKeys: keys })
  Object.assign((await assemblyOf(after)).ports, { store: (await assemblyOf(before)).ports.store })
  return after
}

async function withPlaintext(tokens: OAuthTokenService, clientId: string): Promise<void> {
  const { store } = (await assemblyOf(tokens)).ports
  const row = await store.read({ clientId, provider: 'zoho_crm' })
  if (row === null) throw new Error('no row')
  const texts = { accessToken: row.accessToken, refreshToken: PLAIN }
  await store.sealedValues.replace({ table: 'oauth_tokens', ...row }, texts)
}

/** What a process leaves that is killed between an answer and its commit. */
async function leaveInLifeboat(
  tokens: OAuthTokenService,
  clientId: string,
  successor: string,
): Promise<void> {
  const { store, cipher, lifeboat } = (await assemblyOf(tokens)).ports
  const row = await store.read({ clientId, provider: 'zoho_crm' })
  if (row === null) throw new Error('no row')
  const refreshToken = cipher.seal(Secret.of(successor), { purpose: 'refresh_token', ...row })
  await lifeboat?.launch({ ...row, attemptId: 'a', refreshToken, spent: row.refreshToken ?? '' })
}

const refreshOf = async (tokens: OAuthTokenService, clientId: string) =>
  (await tokens.getTokenRecord(clientId, 'zoho_crm'))?.refreshToken?.reveal()

test('a refresh token that waits in the lifeboat comes back first', async () => {
  const url = world.url('SQLite')
  const before = await world.open(url, { encryptionKeys: OLD })
  await before.storeTokens('a', 'zoho_crm', { accessToken: 'at', refreshToken: 'rt' })
  await leaveInLifeboat(before, 'a', 'successor')
  const tokens = await openWithAnyKeys({ database: url, encryptionKeys: `${NEW},${OLD}` })
  expect((await rotateKeys(tokens, { dryRun: true })).released).toEqual([])
  expect(await refreshOf(tokens, 'a')).toBe('rt')
  expect(await rotateKeys(tokens)).toMatchObject({ released: ['old'], after: { unknown: [] } })
  expect(await refreshOf(tokens, 'a')).toBe('successor')
  await tokens.close()
})

describe.each(DATABASES)('on %s', kind => {
  test('keys are listed in the order of the ring, with what each has sealed', async () => {
    const url = world.url(kind)
    const before = await world.open(url, { encryptionKeys: OLD })
    for (const client of ['a', 'b']) {
      await before.storeTokens(client, 'zoho_crm', { accessToken: 'at', refreshToken: `rt-${client}` })
    }
    await withPlaintext(before, 'b')
    const tokens = await reopened(before, url, `${NEW},${OLD}`)
    await tokens.storeTokens('c', 'zoho_crm', { accessToken: 'at' })
    expect(await listKeys(tokens)).toEqual({
      keys: [
        { id: 'new', seals: true, values: 1 },
        { id: 'old', seals: false, values: 3 },
      ],
      unknown: [],
      plaintext: 1,
    })
  })

  test('rotation seals everything with the first key, revocations too, and every value is what it was', async () => {
    const url = world.url(kind)
    const before = await world.open(url, { encryptionKeys: OLD })
    for (const client of ['a', 'b', 'gone']) {
      await before.storeTokens(client, 'zoho_crm', { accessToken: 'at', refreshToken: `rt-${client}` })
    }
    await withPlaintext(before, 'b')
    const { store } = (await assemblyOf(before)).ports
    const gone = await store.delete({ clientId: 'gone', provider: 'zoho_crm', revoke: true, seed: null })

    const tokens = await reopened(before, url, `${NEW},${OLD}`)
    const planned = await rotateKeys(tokens, { dryRun: true })
    expect(planned).toMatchObject({ dryRun: true, sealed: 6, unopened: 0, after: { plaintext: 1 } })
    const report = await rotateKeys(tokens)
    expect(report).toEqual({
      dryRun: false,
      sealed: 6,
      unopened: 0,
      unopenedValues: [],
      skipped: 0,
      released: ['old'],
      after: {
        keys: [
          { id: 'new', seals: true, values: 6 },
          { id: 'old', seals: false, values: 0 },
        ],
        unknown: [],
        plaintext: 0,
      },
    })
    expect((await rotateKeys(tokens)).sealed).toBe(0)
    const alone = await reopened(tokens, url, NEW)
    expect(await refreshOf(alone, 'a')).toBe('rt-a')
    expect(await refreshOf(alone, 'b')).toBe(PLAIN)
    const { ports } = await assemblyOf(alone)
    const pending = await ports.store.revocations.of(gone?.id ?? '')
    const place = { purpose: 'refresh_token', clientId: 'gone', provider: 'zoho_crm' } as const
    expect(ports.cipher.open(pending?.refreshToken ?? '', place).reveal()).toBe('rt-gone')
  })

  test('sealing touches plaintext and nothing else, also where sealed values are required', async () => {
    const url = world.url(kind)
    const before = await world.open(url, { encryptionKeys: OLD })
    await before.storeTokens('a', 'zoho_crm', { accessToken: 'at', refreshToken: 'rt' })
    await withPlaintext(before, 'a')
    const tokens = await world.open(url, { encryptionKeys: `${NEW},${OLD}`, requireSealed: true })
    if (kind === 'memory') {
      Object.assign((await assemblyOf(tokens)).ports, { store: (await assemblyOf(before)).ports.store })
    }
    expect(await sealTokens(tokens, { dryRun: true })).toMatchObject({ sealed: 1, after: { plaintext: 1 } })
    expect(await sealTokens(tokens)).toMatchObject({
      sealed: 1,
      after: {
        keys: [
          { id: 'new', values: 1 },
          { id: 'old', values: 1 },
        ],
        plaintext: 0,
      },
    })
    expect(await refreshOf(tokens, 'a')).toBe(PLAIN)
  })

  test('plaintext under names that no call takes is reported and stays readable to whoever wrote it', async () => {
    const tokens = await world.open(world.url(kind), { encryptionKeys: OLD })
    const { store } = (await assemblyOf(tokens)).ports
    await store.insertEmpty({ clientId: 'Müller', provider: 'zoho_crm' }, {})
    await withPlaintext(tokens, 'Müller')
    for (const seal of [sealTokens, rotateKeys]) {
      const report = await seal(tokens)
      expect(report).toMatchObject({ sealed: 0, unopened: 1, after: { plaintext: 1 } })
      expect(report.unopenedValues[0]?.reason).toMatch(/^clientId must be 1 to 255 printable ASCII/)
    }
  })

  test('what does not open is reported and left as it is', async () => {
    const url = world.url(kind)
    const before = await world.open(url, { encryptionKeys: OLD })
    await before.storeTokens('a', 'zoho_crm', { accessToken: 'at', refreshToken: 'rt' })
    const { store } = (await assemblyOf(before)).ports
    const row = await store.read({ clientId: 'a', provider: 'zoho_crm' })
    if (row === null) throw new Error('no row')
    const cut = `${row.refreshToken?.slice(0, 20)}`
    const held = { table: 'oauth_tokens', ...row } as const
    await store.sealedValues.replace(held, { accessToken: row.accessToken, refreshToken: cut })
    const tokens = await reopened(before, url, `${NEW},${OLD}`)
    const report = await rotateKeys(tokens)
    expect(report).toMatchObject({
      sealed: 1,
      unopened: 1,
      unopenedValues: [
        { table: 'oauth_tokens', clientId: 'a', provider: 'zoho_crm', purpose: 'refresh_token', keyId: null },
      ],
      after: { unknown: [{ id: '?', values: 1 }] },
    })
    expect((await store.read(row))?.refreshToken).toBe(cut)
  })
})

test('progress ends where all values are done, and a signal ends it between two batches', async () => {
  const tokens = await world.open(world.url('SQLite'), { encryptionKeys: OLD })
  for (let index = 0; index < 450; index += 1) {
    await tokens.storeTokens(`${CLIENT}-${index}`, 'zoho_crm', { accessToken: 'at' })
  }
  const url = world.url('SQLite')
  const rotating = await world.open(url, { encryptionKeys: `${NEW},${OLD}` })
  const stop = new AbortController()
  const seen: number[] = []
  const run = rotateKeys(rotating, {
    signal: stop.signal,
    onProgress: ({ done }) => {
      seen.push(done)
      if (done >= 400) stop.abort(new Error('enough'))
    },
  })
  await expect(run).rejects.toThrow('enough')
  expect(seen).toEqual([200, 400])
  expect((await listKeys(rotating)).keys.map(({ values }) => values)).toEqual([400, 50])
  const left: number[] = []
  const report = await rotateKeys(rotating, {
    onProgress: ({ done, total, sealed }) => void left.push(done, total, sealed),
  })
  expect(report.sealed).toBe(50)
  expect(left.slice(-3)).toEqual([450, 450, 50])
})

test('an option that does not exist is refused', async () => {
  const tokens = await world.open('memory:')
  await expect(rotateKeys(tokens, { dryrun: true } as never)).rejects.toThrow('Did you mean "dryRun"?')
  await expect(sealTokens(tokens, { dryrun: true } as never)).rejects.toThrow('Did you mean "dryRun"?')
  await expect(listKeys(tokens, { signl: 1 } as never)).rejects.toThrow('Did you mean "signal"?')
})
