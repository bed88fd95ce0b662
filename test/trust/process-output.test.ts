import { describe, expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { type Ended, run } from '../support/processes.ts'
import { makeCanary } from './canary.ts'
import { answer, json, tokenEndpoint } from './token-endpoint.ts'

const canary = makeCanary()
const endpoint = await tokenEndpoint()
const database = await freshDatabase()
const hostile = answer(
  400,
  JSON.stringify({ error: 'invalid_request', error_description: `no such token: ${canary.mark}` }),
)

// Secrets come by the environment: the source text of a program is printed where it fails.
const env = {
  DATABASE: database.url,
  ENDPOINT: endpoint.url,
  APP_SECRET: canary.secret('app-secret'),
  ACCESS: canary.secret('access'),
  REFRESH: canary.secret('refresh'),
}

const opening = (authentication: string, database: string): string => `
  import { OAuthTokenService } from 'evergrant'
  import { genericProvider } from 'evergrant/providers'
  import { drizzle } from 'drizzle-orm/postgres-js'
  const { ENDPOINT, APP_SECRET, ACCESS, REFRESH } = process.env
  const profile = genericProvider({
    name: 'acme', tokenEndpoint: ENDPOINT, rotation: 'static', apiHosts: [new URL(ENDPOINT).host],
    clientAuthentication: '${authentication}',
  })
  const tokens = await OAuthTokenService.open({
    database: ${database},
    encryptionKeys: 'test:' + Buffer.alloc(32, 7).toString('base64'),
    providers: { acme: { profile, clientId: 'app', clientSecret: APP_SECRET } },
  })
  await tokens.storeTokens('c', 'acme', { accessToken: ACCESS, refreshToken: REFRESH })
`

interface ProgramOptions {
  readonly flags?: readonly string[]
  readonly debug?: string
  readonly authentication?: string
  readonly database?: string
}

async function runProgram(body: string, options: ProgramOptions = {}): Promise<Ended> {
  const { flags = [], debug, authentication = 'client_secret_post', database = `'memory:'` } = options
  const text = opening(authentication, database) + body
  const ended = await run(process.execPath, [...flags, '--input-type=module', '--eval', text], {
    env: { ...env, NODE_DEBUG: debug },
    timeoutMs: 60_000,
  })
  expect(canary.findIn(ended.stdout + ended.stderr)).toEqual([])
  return ended
}

describe('T8: a process whose', () => {
  test.each([
    ['error nobody catches', `await tokens.refreshToken('c', 'acme')`],
    [
      'rejection nobody handles',
      `void tokens.refreshToken('c', 'acme'); await new Promise(r => setTimeout(r, 20_000))`,
    ],
    ['callback throws', `tokens.refreshToken('c', 'acme').catch(e => setImmediate(() => { throw e }))`],
    [
      'error is thrown on in another',
      `tokens.refreshToken('c', 'acme').catch(e => { throw new Error('mine', { cause: e }) })`,
    ],
    [
      'error is thrown on in a bundle',
      `tokens.refreshToken('c', 'acme').catch(e => { throw new AggregateError([e], 'mine') })`,
    ],
  ])('T8: %s dies without a secret on its lips', async (_, body) => {
    for (const flags of [[], ['--trace-uncaught', '--stack-trace-limit=100']]) {
      endpoint.replies.push(hostile)
      const { code, stderr } = await runProgram(body, { flags })
      expect(code).toBe(1)
      expect(stderr).toContain('PROVIDER_RESPONSE')
    }
  })

  test('T8: code logs whatever it has logs no secret', async () => {
    endpoint.replies.push(hostile)
    const { code, stdout, stderr } = await runProgram(`
      const error = await tokens.refreshToken('c', 'acme').catch(e => e)
      const record = await tokens.getTokenRecord('c', 'acme')
      for (const thing of [tokens, error, record, await tokens.listTokens(), { error, record }]) {
        console.log(thing)
        console.error('%o %O %s %j', thing, thing, thing, thing)
        console.dir(thing, { showHidden: true, depth: null })
        console.table(thing)
        console.trace(thing)
      }
      process.emitWarning(error)
      console.assert(false, record)
      await tokens.close()`)
    expect(code).toBe(0)
    expect(stdout + stderr).toContain('[secret]')
    expect(stderr).toContain('PROVIDER_RESPONSE')
  })
})

describe('T8: Node at its most talkative (NODE_DEBUG=*)', () => {
  const work = `
    await tokens.refreshToken('c', 'acme')
    await tokens.fetch('c', 'acme', ENDPOINT).then(response => response.text())
    await tokens.close()`

  test.each(['client_secret_post', 'client_secret_basic'])(
    'T8: prints no secret of a refresh with %s',
    async authentication => {
      endpoint.usually = json({ access_token: canary.secret('new'), refresh_token: canary.secret('next') })
      const { code, stderr } = await runProgram(work, { debug: '*', authentication })
      expect(code).toBe(0)
      expect(stderr).toMatch(/^HTTP \d+: /m)
      expect(stderr).toMatch(/^NET \d+: /m)
      expect(endpoint.asked[0]).toBe(env.REFRESH)
      const sent = endpoint.heads.flatMap(head => /^authorization: \w+ (\S+)$/im.exec(head)?.[1] ?? [])
      expect(sent).toHaveLength(authentication === 'client_secret_basic' ? 2 : 1)
      expect(sent.filter(credentials => stderr.includes(credentials))).toEqual([])
    },
  )
})

test('T8: Drizzle that logs every statement with its parameters logs sealed values only', async () => {
  endpoint.replies.push(
    json({ access_token: canary.secret('new'), refresh_token: canary.secret('next') }),
    hostile,
  )
  const { code, stdout } = await runProgram(
    `
    await tokens.refreshToken('c', 'acme')
    await tokens.refreshToken('c', 'acme').catch(() => {})
    await tokens.reportRejected('c', 'acme', ACCESS)
    await tokens.listTokens()
    await tokens.deleteToken('c', 'acme')
    process.exit()`,
    { database: 'drizzle(process.env.DATABASE, { logger: true })' },
  )
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Query: insert into .*-- params: \[.*"eg1\./m)
  expect(stdout).toMatch(/^Query: update .*-- params: \[.*"eg1\./m)
})
