import { parseTokenRecords } from 'evergrant/admin'
import { afterEach, describe, expect, test } from 'vitest'
import { zohoCrm } from '../../src/providers/zoho.ts'
import { commandLine } from '../support/command-line.ts'
import { CLIENT, CREDENTIALS, DATABASES, KEYS, serviceWorld } from '../support/services.ts'
import { answer, tokenEndpoint } from './token-endpoint.ts'

const world = await serviceWorld()
const endpoint = await tokenEndpoint()
const { run } = commandLine()

const ODD = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then']
const PROTOTYPES = [Object, Array, Function, String, Number, Boolean, Map, Set, Promise, Error].map(
  type => type.prototype as object,
)
const members = (): string =>
  JSON.stringify([globalThis, ...PROTOTYPES].map(thing => Reflect.ownKeys(thing).map(String)))
const before = members()

afterEach(() => {
  expect(members()).toBe(before)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

/** An object as a JSON parser makes it: `__proto__` is a member like others. */
const object = (name: string, value: unknown): Record<string, unknown> =>
  JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`)

describe.each(DATABASES)('a name from the prototype of objects (%s)', kind => {
  const service = (providers: Record<string, unknown> = {}) =>
    world.open(world.url(kind), { providers: { zoho_crm: CREDENTIALS, ...providers } as never })

  test.each(ODD)('T34: %s as a provider is not known', async name => {
    const tokens = await service()
    for (const call of [
      () => tokens.getAccessToken(CLIENT, name),
      () => tokens.storeTokens(CLIENT, name, { accessToken: 'a' }),
      () => tokens.refreshToken(CLIENT, name),
      () => tokens.fetch(CLIENT, name, 'https://www.zohoapis.com'),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(name),
      })
    }
    expect(await tokens.getTokenRecord(CLIENT, name)).toBeNull()
    expect(await tokens.deleteToken(CLIENT, name)).toBe(false)
    expect((await tokens.listTokens({ provider: name })).connections).toEqual([])
  })

  test.each(ODD)('T34: %s as a client is a client like others', async name => {
    const tokens = await service()
    await expect(tokens.getAccessToken(name, 'zoho_crm')).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' })
    await tokens.storeTokens(name, 'zoho_crm', { accessToken: 'a', scopes: ODD })
    expect(await tokens.getAccessToken(name, 'zoho_crm', undefined, { requireScopes: ODD })).toBe('a')
    expect((await tokens.listTokens()).connections.map(({ clientId }) => clientId)).toEqual([name])
    expect(await tokens.deleteToken(name, 'zoho_crm')).toBe(true)
    expect(await tokens.hasToken(name, 'zoho_crm')).toBe(false)
  })

  test.each(ODD)('T34: %s as a scope that was not granted is missing', async name => {
    const tokens = await service()
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', scopes: ['b'] })
    const call = tokens.getAccessToken(CLIENT, 'zoho_crm', undefined, { requireScopes: [name] })
    await expect(call).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE', missingScopes: [name] })
  })

  test.each(ODD)('T34: %s as a member of metadata is kept as it is, and no more', async name => {
    const tokens = await service()
    const metadata = object(name, { polluted: true, location: 'eu' })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', metadata })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'b', metadata: { more: 1 } })
    const stored = (await tokens.getToken(CLIENT, 'zoho_crm')).metadata
    expect(Object.keys(stored).sort()).toEqual([name, 'more'].sort())
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype)
    expect(JSON.stringify((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.metadata)).toContain(
      `"${name}":{`,
    )
  })

  test('T34: members of an answer change nothing but the token', async () => {
    const profile = endpoint.profile('acme')
    const tokens = await service({ acme: { profile, ...CREDENTIALS } })
    await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'a', refreshToken: 'r' })
    for (const name of ODD) {
      const odd = `${JSON.stringify(name)}:{"polluted":true,"access_token":"evil","error":"evil"}`
      endpoint.replies.push(answer(200, `{${odd},"access_token":"good","expires_in":3600,${odd}}`))
      expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).toBe('good')
      endpoint.replies.push(answer(200, `{${odd}}`))
      await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
      await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'a', refreshToken: `r${name}` })
      endpoint.replies.push(answer(400, `{"error":${JSON.stringify(name)}}`))
      await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
      await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'a', refreshToken: `s${name}` })
    }
  })
})

describe('a name from the prototype of objects, among options', () => {
  test.each(ODD)('T34: %s as a provider without a profile is refused', async name => {
    const providers = object(name, { clientId: 'a', polluted: true }) as never
    await expect(world.open('memory:', { providers })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test.each(ODD)('T34: %s as a provider with a profile is a provider like others', async name => {
    const profile = endpoint.profile(name)
    const providers = Object.fromEntries([[name, { profile, ...CREDENTIALS }]])
    const tokens = await world.open('memory:', { providers })
    await tokens.storeTokens(CLIENT, name, { accessToken: 'a', refreshToken: 'r' })
    expect((await tokens.refreshToken(CLIENT, name)).accessToken).toBe('fresh')
  })

  test.each(ODD)('T34: %s as any other option is refused', async name => {
    const bad = object(name, { polluted: true }) as never
    await expect(world.open('memory:', { policy: bad })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const providers = { zoho_crm: bad }
    await expect(world.open('memory:', { providers })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const clientSecrets = object(name, 'secret') as never
    await expect(world.open('memory:', { providers: { zoho_crm: { clientSecrets } } })).rejects.toMatchObject(
      {
        code: 'INVALID_INPUT',
      },
    )
    await expect(world.open('memory:', { cache: bad, encryptionKeys: KEYS })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
  })

  test.each(ODD)('T34: %s as a location or a data centre is none', name => {
    const { tokenEndpoint: endpointOf, dataCentreOf } = zohoCrm()
    expect(() => typeof endpointOf === 'function' && endpointOf({ location: name })).toThrow('no data centre')
    expect(() => zohoCrm({ location: name })).toThrow('no data centre')
    expect(dataCentreOf?.({ location: name })).toBeNull()
    expect(dataCentreOf?.(object(name, 'us'))).toBe('us')
  })

  test('T34: in records to import is a name like others, and no member', async () => {
    const records = ODD.map(name => ({
      clientId: name,
      provider: name,
      refreshToken: name,
      metadata: object(name, 1),
    }))
    expect(parseTokenRecords(JSON.stringify(records)).map(({ clientId }) => clientId)).toEqual(ODD)
    expect(() =>
      parseTokenRecords('[{"__proto__":{"clientId":"a","provider":"b","refreshToken":"c"}}]'),
    ).toThrow()
    const { code, stdout } = await run(['import', '--json'], { input: JSON.stringify(records) })
    expect([code, JSON.parse(stdout).refused]).toEqual([1, ODD.length])
  })
})
