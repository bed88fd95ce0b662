import type { OAuthTokenService } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'
import { json, tokenEndpoint } from './token-endpoint.ts'

const world = await serviceWorld()
const { zoho } = world
const endpoint = await tokenEndpoint()

const MINE = 'tenant-a'
const THEIRS = 'tenant-b'

/** A service in which both tenants have tokens of their own, named after them. */
async function twoTenants(kind: (typeof DATABASES)[number]): Promise<OAuthTokenService> {
  const profile = endpoint.profile('acme', { rotation: 'static' })
  const tokens = await world.open(world.url(kind), { providers: { acme: { profile, ...CREDENTIALS } } })
  for (const tenant of [MINE, THEIRS]) {
    await tokens.storeTokens(tenant, 'acme', {
      accessToken: `access of ${tenant}`,
      refreshToken: `refresh of ${tenant}`,
    })
  }
  return tokens
}

async function secretsOf(tokens: OAuthTokenService, clientId: string): Promise<(string | undefined)[]> {
  const record = await tokens.getTokenRecord(clientId, 'acme')
  return [record?.accessToken?.reveal(), record?.refreshToken?.reveal()]
}

describe.each(DATABASES)('a tenant id that is smuggled in (%s)', kind => {
  test('T18: 1. in the credentials of a call gets the token of the named client, and as an option is refused', async () => {
    const tokens = await twoTenants(kind)
    for (const smuggled of [{ clientId: THEIRS }, { clientId: THEIRS, clientSecret: 's' }]) {
      expect(await tokens.getAccessToken(MINE, 'acme', smuggled)).toBe(`access of ${MINE}`)
    }
    const options = {
      clientId: THEIRS,
      client_id: THEIRS,
      client: THEIRS,
      tenant: THEIRS,
      provider: 'zoho_crm',
    }
    const refused = { code: 'INVALID_INPUT' }
    await expect(tokens.getAccessToken(MINE, 'acme', undefined, options as never)).rejects.toMatchObject(
      refused,
    )
    await expect(tokens.getTokenRecord(MINE, 'acme', options as never)).rejects.toMatchObject(refused)
  })

  test('T18: 2. among the tokens to store is refused, and in their metadata changes the named client alone', async () => {
    const tokens = await twoTenants(kind)
    const ids = { clientId: THEIRS, client_id: THEIRS, tenant: THEIRS, id: crypto.randomUUID() }
    await expect(
      tokens.storeTokens(MINE, 'acme', { ...ids, accessToken: 'other' } as never),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await secretsOf(tokens, MINE)).toEqual([`access of ${MINE}`, `refresh of ${MINE}`])
    await tokens.storeTokens(MINE, 'acme', { accessToken: 'new', metadata: ids })
    expect(await secretsOf(tokens, MINE)).toEqual(['new', `refresh of ${MINE}`])
    expect(await secretsOf(tokens, THEIRS)).toEqual([`access of ${THEIRS}`, `refresh of ${THEIRS}`])
  })

  test('T18: 3. in the answer of a provider changes the client that asked alone', async () => {
    const tokens = await twoTenants(kind)
    endpoint.replies.push(
      json({
        access_token: 'new',
        refresh_token: 'next',
        client_id: THEIRS,
        clientId: THEIRS,
        sub: THEIRS,
        id: 1,
      }),
    )
    await tokens.refreshToken(MINE, 'acme')
    expect(endpoint.asked).toEqual([`refresh of ${MINE}`])
    expect(await secretsOf(tokens, MINE)).toEqual(['new', 'next'])
    expect(await secretsOf(tokens, THEIRS)).toEqual([`access of ${THEIRS}`, `refresh of ${THEIRS}`])
  })

  test('T18: 4. in the cursor of a list shows nothing of other clients', async () => {
    const tokens = await twoTenants(kind)
    for (const cursor of [
      ['', ''],
      [MINE, 'a'],
      ['tenant', 'x'],
      [THEIRS, 'a'],
    ]) {
      const page = tokens.listTokens({ clientId: MINE, cursor: btoa(JSON.stringify(cursor)) })
      const listed = await page
        .then(({ connections }) => connections.map(({ clientId }) => clientId))
        .catch(() => [])
      expect(listed.filter(clientId => clientId !== MINE)).toEqual([])
    }
  })

  test('T18: 5. as something that only becomes the name is refused', async () => {
    const tokens = await twoTenants(kind)
    const disguises = [
      [THEIRS],
      { toString: () => THEIRS },
      new String(THEIRS),
      ` ${THEIRS}`,
      `${THEIRS} `,
      `${THEIRS}\0`,
      `${THEIRS}\n`,
      'ｔｅｎａｎｔ-b',
      'tenant\u00adb',
      'tenant\u2010b',
      undefined,
      null,
      '',
      7,
    ]
    for (const disguise of disguises) {
      for (const call of [
        () => tokens.getAccessToken(disguise as never, 'acme'),
        () => tokens.getTokenRecord(disguise as never, 'acme'),
        () => tokens.deleteToken(disguise as never, 'acme'),
        () => tokens.reportRejected(disguise as never, 'acme', `access of ${THEIRS}`),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      }
    }
    expect(await secretsOf(tokens, THEIRS)).toEqual([`access of ${THEIRS}`, `refresh of ${THEIRS}`])
  })

  test('T18: 6. as a pattern, a path or another spelling of the name finds nobody', async () => {
    const tokens = await twoTenants(kind)
    for (const name of [
      'tenant-_',
      'tenant-%',
      '%',
      '*',
      'TENANT-B',
      'tenant%2Db',
      './tenant-b',
      "' or '1'='1",
      'tenant-b--',
    ]) {
      await expect(tokens.getAccessToken(name, 'acme')).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' })
      expect(await tokens.deleteToken(name, 'acme')).toBe(false)
      expect(await tokens.hasToken(name, 'acme')).toBe(false)
      expect((await tokens.listTokens({ clientId: name })).connections).toEqual([])
    }
    expect((await tokens.listTokens()).connections).toHaveLength(2)
  })

  test('T18: many callers of both tenants at once get their own tokens, from memory and from the row', async () => {
    const tokens = await twoTenants(kind)
    endpoint.usually = (socket, refreshToken) =>
      socket.write(json({ access_token: `fresh by ${refreshToken}` }))
    const ask = (clientId: string) => [
      tokens.getAccessToken(clientId, 'acme').then(token => [clientId, token]),
      tokens.refreshToken(clientId, 'acme').then(({ accessToken }) => [clientId, accessToken]),
    ]
    const answers = await Promise.all(Array.from({ length: 25 }, () => [...ask(MINE), ...ask(THEIRS)]).flat())
    expect(answers.filter(([clientId = '', token = '']) => !token.endsWith(`of ${clientId}`))).toEqual([])
  })
})

describe.each(DATABASES)('the seed of the environment (%s)', kind => {
  const settings = () => ({ providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } } })

  test.each([MINE, undefined])('T18: is for one client only, named %s', async named => {
    process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
    if (named !== undefined) process.env.EVERGRANT_ENV_CLIENT_ID = named
    const tokens = await world.open(world.url(kind), settings())
    if (named !== undefined) {
      await expect(tokens.getAccessToken(THEIRS, 'zoho_crm')).rejects.toMatchObject({
        code: 'TOKEN_NOT_FOUND',
      })
    }
    expect(await tokens.getAccessToken(MINE, 'zoho_crm')).toMatch(/^1000\./)
    for (const call of [tokens.getAccessToken(THEIRS, 'zoho_crm'), tokens.refreshToken(THEIRS, 'zoho_crm')]) {
      await expect(call).rejects.toMatchObject({ name: 'TokenNotFoundError' })
    }
    expect(await tokens.hasToken(THEIRS, 'zoho_crm')).toBe(false)
    // A tombstone: the seed is not used again, by either of them.
    await tokens.deleteToken(MINE, 'zoho_crm')
    for (const clientId of [MINE, THEIRS]) {
      await expect(tokens.getAccessToken(clientId, 'zoho_crm')).rejects.toMatchObject({
        code: 'TOKEN_NOT_FOUND',
      })
    }
  })
})
