import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { genericProvider } from 'evergrant/providers'
import { describe, expect, test } from 'vitest'
import { assemblyOf } from '../../src/service.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { zoho, open, events } = world

describe.each(DATABASES)('on %s', kind => {
  const url = (): string => world.url(kind)

  test('stores tokens, gives them back, and refreshes them when they are within their window', async () => {
    const tokens = await open(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toBe(grant.accessToken)
    expect((await zoho.summary()).requests).toBe(0)

    await tokens.storeTokens(CLIENT, 'zoho_crm', { ...grant, expiresIn: 1 })
    await pause(960)
    const refreshed = await tokens.getToken(CLIENT, 'zoho_crm', CREDENTIALS)
    expect(refreshed.accessToken).not.toBe(grant.accessToken)
    expect(refreshed).toMatchObject({
      tokenType: 'Bearer',
      scopes: ['ZohoCRM.modules.ALL'],
      metadata: { api_domain: zoho.url },
    })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toBe(refreshed.accessToken)
    expect((await zoho.summary()).requests).toBe(1)
  })

  test('captures a rotated refresh token and keeps the stored one when an answer has none', async () => {
    const tokens = await open(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)
    expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.refreshToken?.reveal()).toBe(grant.refreshToken)

    await zoho.configure({ rotation: 'strict' })
    await tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)
    const rotated = (await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.refreshToken?.reveal() ?? ''
    expect(rotated).not.toBe(grant.refreshToken)
    expect(await zoho.stateOf(rotated)).toBe('current')
  })

  test('keeps what storeTokens leaves out: refresh token, scopes, metadata', async () => {
    const tokens = await open(url())
    const metadata = { location: 'us', note: 'kept' }
    await tokens.storeTokens(CLIENT, 'zoho_crm', {
      accessToken: 'a',
      refreshToken: 'r',
      scopes: ['x', 'y'],
      metadata,
    })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'b', expiresIn: 60, metadata: { more: 1 } })
    const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
    expect(record?.refreshToken?.reveal()).toBe('r')
    expect(record).toMatchObject({
      scopes: ['x', 'y'],
      metadata: { ...metadata, more: 1 },
      lifetimeMs: 60_000,
    })
  })

  test('an expiresIn that makes no sense does not lose the grant: the usual lifetime is taken, with a warning', async () => {
    const tokens = await open(url())
    for (const expiresIn of [-5, 0, Number.NaN, Infinity, 1e16, '3600s', '0x10', true, [3600]] as number[]) {
      await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: 'r', expiresIn })
      expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.lifetimeMs).toBe(3_600_000)
    }
    expect(events.filter(event => event.type === 'answer_warning')).toHaveLength(9)
    // Zoho's old answers: milliseconds.
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', expiresIn: 3_600_000 })
    expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.lifetimeMs).toBe(3_600_000)
  })

  test('refuses bad input with nothing changed', async () => {
    const tokens = await open(url())
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'good', refreshToken: 'good-r' })
    const bad: (() => Promise<unknown>)[] = [
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'canary\0' }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'x', refreshToken: 'canary\n' }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'x'.repeat(20_000) }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', 'canary' as never),
      () => tokens.storeTokens(CLIENT, 'nobody', { accessToken: 'x' }),
      () => tokens.storeTokens(' client', 'zoho_crm', { accessToken: 'x' }),
      () => tokens.getAccessToken('', 'zoho_crm'),
      () => tokens.getAccessToken(CLIENT, '__proto__'),
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', 'canary' as never),
      () => tokens.getAccessToken(CREDENTIALS.clientId, 'zoho_crm', CREDENTIALS),
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS, { minValidMs: -1 }),
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS, { minValidMs: 7_200_000 }),
      () => tokens.reportRejected(CLIENT, 'zoho_crm', ''),
      () => tokens.listTokens({ limit: 0 }),
      () => tokens.listTokens({ cursor: 'canary' }),
      () => tokens.listTokens({ status: 'odd' as never }),
    ]
    for (const call of bad) {
      const error = await call().then(
        () => 'no error',
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ name: 'InvalidInputError', code: 'INVALID_INPUT', retryable: false })
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary')
    }
    const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
    expect(record?.accessToken?.reveal()).toBe('good')
    expect(record?.generation).toBe(1)
  })

  test('odd but allowed names are connections like any other', async () => {
    const tokens = await open(url())
    const names = ['__proto__', 'constructor', '../x', 'a","b', 'x'.repeat(255), 'two words']
    for (const name of names) await tokens.storeTokens(name, 'zoho_crm', { accessToken: `token of ${name}` })
    for (const name of names) expect(await tokens.getAccessToken(name, 'zoho_crm')).toBe(`token of ${name}`)
    expect((await tokens.listTokens()).connections.map(one => one.clientId).sort()).toEqual([...names].sort())
  })

  test('says what is missing: token, refresh token, app credentials, scope', async () => {
    const tokens = await open(url())
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
      clientId: CLIENT,
      provider: 'zoho_crm',
    })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    expect(await tokens.getTokenRecord(CLIENT, 'zoho_crm')).toBeNull()

    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', scopes: 'one two' })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
    await expect(tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
      reason: 'no_refresh_token',
    })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: 'r' })
    await expect(tokens.refreshToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
    })
    const scoped = (requireScopes: string[]) =>
      tokens.getAccessToken(CLIENT, 'zoho_crm', undefined, { requireScopes })
    expect(await scoped(['one'])).toBe('a')
    await expect(scoped(['one', 'three'])).rejects.toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      missingScopes: ['three'],
    })
  })

  test('lists connections page by page, filtered, without secrets', async () => {
    const tokens = await open(url())
    for (const client of ['a', 'b', 'c']) {
      for (const provider of ['zoho_calendar', 'zoho_crm']) {
        await tokens.storeTokens(client, provider, { accessToken: 'canary-1', refreshToken: 'canary-2' })
      }
    }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await tokens.listTokens({ limit: 2, cursor })
      expect(inspect(page, { depth: 9, showHidden: true })).not.toContain('canary')
      seen.push(...page.connections.map(one => `${one.clientId}/${one.provider}`))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(['a', 'b', 'c'].flatMap(client => [`${client}/zoho_calendar`, `${client}/zoho_crm`]))
    expect((await tokens.listTokens({ clientId: 'b', provider: 'zoho_crm' })).connections).toHaveLength(1)
    expect((await tokens.listTokens({ status: 'suspect' })).connections).toEqual([])
  })

  test('lists what another program has written under names that no call takes', async () => {
    const tokens = await open(url())
    const { store } = (await assemblyOf(tokens)).ports
    const names = ['', 'Müller', '\u5c71\ud83d\ude00']
    for (const clientId of names) await store.insertEmpty({ clientId, provider: 'zoho_crm' }, {})
    const first = await tokens.listTokens({ limit: 1 })
    const second = await tokens.listTokens({ limit: 1, cursor: first.nextCursor ?? undefined })
    const third = await tokens.listTokens({ limit: 1, cursor: second.nextCursor ?? undefined })
    expect([first, second, third].map(page => page.connections[0]?.clientId).sort()).toEqual(names)
    expect(third.nextCursor).toBeNull()
  })

  test('deletes for re-authorization, and with revoke also at the provider', async () => {
    const tokens = await open(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(true)
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(false)
    expect(await zoho.stateOf(grant.refreshToken)).toBe('current')
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    })

    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).toBe(true)
    expect(await zoho.stateOf(grant.refreshToken)).toBe('revoked')
  })

  test('revoke is refused with nothing deleted where the provider has no revocation endpoint', async () => {
    const profile = genericProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token' })
    const tokens = await open(url(), { providers: { acme: { profile } } })
    await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'a', refreshToken: 'r' })
    await expect(tokens.deleteToken(CLIENT, 'acme', { revoke: true })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(await tokens.hasToken(CLIENT, 'acme')).toBe(true)
    expect(await tokens.deleteToken(CLIENT, 'acme')).toBe(true)
  })

  test('a revocation that the provider does not confirm is told, and done by the next deletion', async () => {
    const tokens = await open(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await zoho.fault({ kind: 'server_error' }, { endpoint: 'revoke' })
    await expect(tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
    })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })
    expect(await zoho.stateOf(grant.refreshToken)).toBe('revoked')
  })

  test('a reported token is served no more, and refreshed once however many report it', async () => {
    const tokens = await open(url(), {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
    })
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await tokens.getAccessToken(CLIENT, 'zoho_crm')
    const reports = await Promise.all(
      Array.from({ length: 50 }, () => tokens.reportRejected(CLIENT, 'zoho_crm', grant.accessToken)),
    )
    expect(reports).toContain(true)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).not.toBe(grant.accessToken)
    expect(await tokens.reportRejected(CLIENT, 'zoho_crm', grant.accessToken)).toBe(false)
    expect((await zoho.summary()).requests).toBe(1)
  })

  test('a reported token is served no more even while the provider is down', async () => {
    const tokens = await open(url(), {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
    })
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await zoho.fault({ kind: 'server_error' }, { times: 'until_cleared' })
    expect(await tokens.reportRejected(CLIENT, 'zoho_crm', grant.accessToken)).toBe(true)
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    })
  })

  test('fetch sends the token in the provider’s scheme, and repeats once with a new one after a 401', async () => {
    const tokens = await open(url(), {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
    })
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    const allowHosts = [new URL(zoho.url).host]
    const echo = `${zoho.url}/api/echo`
    expect((await tokens.fetch(CLIENT, 'zoho_crm', echo, { allowHosts })).status).toBe(200)
    await zoho.killAccessToken(grant.accessToken)
    expect((await tokens.fetch(CLIENT, 'zoho_crm', echo, { allowHosts })).status).toBe(200)
    expect((await zoho.summary()).requests).toBe(1)

    await zoho.killAccessToken(await tokens.getAccessToken(CLIENT, 'zoho_crm'))
    const body = new ReadableStream({ start: controller => controller.close() })
    const streamed = await tokens.fetch(CLIENT, 'zoho_crm', echo, {
      allowHosts,
      method: 'POST',
      body,
      duplex: 'half',
    })
    expect(streamed.status).not.toBe(200)
    expect((await zoho.summary()).requests).toBe(1)
  })

  test.each([
    'https://evil.example/',
    'http://www.zohoapis.com/',
    'https://www.zohoapis.com.evil.example/',
    'nonsense',
    'https://www.zohoapis.com:8443/',
  ])('fetch sends the token nowhere but to the provider: %s', async target => {
    const tokens = await open(url())
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'canary' })
    await expect(tokens.fetch(CLIENT, 'zoho_crm', target)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('tokens survive a restart', async () => {
    if (kind === 'memory') return expect(url()).toBe('memory:')
    const grant = await zoho.issueGrant()
    const first = await open(url())
    await first.storeTokens(CLIENT, 'zoho_crm', grant)
    await first.close()
    expect(await (await open(url())).getAccessToken(CLIENT, 'zoho_crm')).toBe(grant.accessToken)
  })

  test('a signal that has fired ends every call with its reason', async () => {
    const tokens = await open(url())
    const signal = AbortSignal.abort(new RangeError('enough'))
    const calls = [
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', undefined, { signal }),
      () => tokens.getToken(CLIENT, 'zoho_crm', undefined, { signal }),
      () => tokens.refreshToken(CLIENT, 'zoho_crm', undefined, { signal }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a' }, { signal }),
      () => tokens.hasToken(CLIENT, 'zoho_crm', { signal }),
      () => tokens.getTokenRecord(CLIENT, 'zoho_crm', { signal }),
      () => tokens.deleteToken(CLIENT, 'zoho_crm', { signal }),
      () => tokens.listTokens({ signal }),
      () => tokens.reportRejected(CLIENT, 'zoho_crm', 'a', { signal }),
      () => tokens.fetch(CLIENT, 'zoho_crm', 'https://www.zohoapis.com/', { signal }),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow('enough')
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
  })

  test('a signal ends the wait for a revocation, which goes on', async () => {
    const tokens = await open(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await zoho.fault({ kind: 'delay', ms: 2_000 }, { endpoint: 'revoke' })
    const patience = new AbortController()
    const deleting = tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true, signal: patience.signal })
    await expect.poll(() => tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    patience.abort(new RangeError('enough'))
    await expect(deleting).rejects.toThrow('enough')
    const { store } = (await assemblyOf(tokens)).ports
    const pending = () => store.revocations.pending({ clientId: CLIENT, provider: 'zoho_crm' })
    expect(await pending()).toHaveLength(1)
    await expect.poll(pending, { timeout: PATIENT_MS }).toEqual([])
  })

  test('a signal that fires before the write of storeTokens leaves the row as it is', async () => {
    const tokens = await open(url())
    const { store } = (await assemblyOf(tokens)).ports
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'before' })
    const patience = new AbortController()
    const read = store.read.bind(store)
    store.read = async (key, options) => {
      const row = await read(key, options)
      patience.abort(new RangeError('enough'))
      return row
    }
    const { signal } = patience
    await expect(
      tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'after' }, { signal }),
    ).rejects.toThrow('enough')
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('before')
  })

  test('is closed once and for all', async () => {
    const tokens = await open(url())
    await tokens.close()
    await tokens.close()
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
