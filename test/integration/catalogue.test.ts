import { OAuthTokenService } from 'evergrant'
import { catalogueProfile } from 'evergrant/providers'
import { afterAll, expect, test } from 'vitest'
import { onRequest, type RawServer, rawServer } from '../support/raw-server.ts'

const CLIENT = 'smart-tax-nation'
const app = { clientId: 'our-app', clientSecret: 'secret' }
const servers: RawServer[] = []
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]()
})

/** A server that answers each request with the next body, and keeps what was asked. */
async function serverWith(...bodies: readonly string[]): Promise<{ url: string; asked: readonly string[] }> {
  const asked: string[] = []
  const server = await rawServer(socket =>
    onRequest(socket, (head, body) => {
      const text = bodies[asked.length] ?? ''
      asked.push(`${head.split(' HTTP/')[0]} ${body}`.trim())
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
    }),
  )
  servers.push(server)
  return { url: server.url.origin, asked }
}

test('a provider that answers errors with HTTP 200, as a form, is served by a service as its profile says', async () => {
  const server = await serverWith(
    'access_token=ghu_2&expires_in=28800&refresh_token=ghr_2&refresh_token_expires_in=15811200&scope=&token_type=bearer',
    'error=bad_refresh_token&error_description=The+refresh+token+passed+is+incorrect+or+expired.',
  )
  const github = await catalogueProfile('github_app')
  const profile = { ...github, tokenEndpoint: `${server.url}/login/oauth/access_token` }
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: { github_app: { ...app, profile } },
  })
  await tokens.storeTokens(CLIENT, 'github_app', {
    accessToken: 'ghu_1',
    refreshToken: 'ghr_1',
    expiresIn: 28_800,
  })
  expect((await tokens.refreshToken(CLIENT, 'github_app')).accessToken).toBe('ghu_2')
  const record = await tokens.getTokenRecord(CLIENT, 'github_app')
  expect(record?.refreshToken?.reveal()).toBe('ghr_2')
  await expect(tokens.refreshToken(CLIENT, 'github_app')).rejects.toMatchObject({ reason: 'suspect' })
  expect(
    server.asked.map(request => new URLSearchParams(request.split(' ')[2]).get('refresh_token')),
  ).toEqual(['ghr_1', 'ghr_2'])
  await tokens.close()
})

test('an access token that is refreshed itself is kept as the refresh token, and not lost', async () => {
  const server = await serverWith(
    '{"access_token":"second","token_type":"bearer","expires_in":5183944}',
    '{"access_token":"third","token_type":"bearer","expires_in":5183944}',
  )
  const instagram = await catalogueProfile('instagram')
  const profile = { ...instagram, refreshEndpoint: `${server.url}/refresh_access_token` }
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: { instagram: { ...app, profile } },
  })
  const first = { accessToken: 'first', refreshToken: 'first', expiresIn: 5_184_000 }
  await tokens.storeTokens(CLIENT, 'instagram', first)
  expect((await tokens.refreshToken(CLIENT, 'instagram')).accessToken).toBe('second')
  expect((await tokens.refreshToken(CLIENT, 'instagram')).accessToken).toBe('third')
  expect(server.asked).toEqual([
    'GET /refresh_access_token?grant_type=ig_refresh_token&access_token=first',
    'GET /refresh_access_token?grant_type=ig_refresh_token&access_token=second',
  ])
  const record = await tokens.getTokenRecord(CLIENT, 'instagram')
  expect(record?.refreshToken?.reveal()).toBe('third')
  await tokens.close()
})

test('the token of a connection goes to its own API host, and not to that of another', async () => {
  const tokens = await OAuthTokenService.open({ database: 'memory:', providers: { salesforce: app } })
  const metadata = { instance_url: 'https://acme.my.salesforce.com' }
  await tokens.storeTokens(CLIENT, 'salesforce', { accessToken: 'canary', metadata })
  for (const url of [
    'https://other.my.salesforce.com/x',
    'http://acme.my.salesforce.com/x',
    'https://evil.example/',
  ]) {
    await expect(tokens.fetch(CLIENT, 'salesforce', url)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('acme.my.salesforce.com'),
    })
  }
  await tokens.close()
})

test('a provider of the catalogue that nobody named is told so, with how to name it', async () => {
  const tokens = await OAuthTokenService.open({ database: 'memory:', providers: { google: app } })
  expect(await tokens.hasToken(CLIENT, 'google')).toBe(false)
  await expect(tokens.getAccessToken(CLIENT, 'xero')).rejects.toThrow(
    /The catalogue has it, once it is named/,
  )
  await tokens.close()
  const wrong = OAuthTokenService.open({ database: 'memory:', providers: { gogle: app } })
  await expect(wrong).rejects.toThrow(/"gogle" is not built in.*evergrant providers/)
})
