import { inspect } from 'node:util'
import { OAuthTokenService, type OpenOptions } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'

const { zoho, open } = await serviceWorld()
const PROVIDER = 'zoho_crm'

/** Options as a program without types gives them. */
const odd = (options: unknown): never => options as never

async function messageOf(call: () => Promise<unknown>): Promise<string> {
  const error: unknown = await call().then(
    () => 'no error',
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'InvalidInputError', code: 'INVALID_INPUT', retryable: false })
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary')
  return error instanceof Error ? error.message : ''
}

describe('open() refuses an option that it does not have', () => {
  test.each<[object | string | null, string]>([
    [
      { encryptionKey: 'canary' },
      'open() has no option "encryptionKey". Did you mean "encryptionKeys"? There are: database, schema, ' +
        'encryptionKeys, providers, callbackUrl, migrate, backgroundRefresh, waitUntil, cache, lifeboat, policy, requireSealed, onEvent, telemetry.',
    ],
    [
      { sweeep: true },
      'open() has no option "sweeep". There are: database, schema, encryptionKeys, providers, callbackUrl, migrate, ' +
        'backgroundRefresh, waitUntil, cache, lifeboat, policy, requireSealed, onEvent, telemetry.',
    ],
    [
      { cache: { maxAge: 5 } },
      'The option cache has no field "maxAge". Did you mean "maxAgeMs"? There are: maxAgeMs, maxEntries.',
    ],
    [
      { policy: { windowMS: 5 } },
      expect.stringMatching(
        /^The option policy has no field "windowMS"\. Did you mean "windowMs"\? There are: windowMs, /,
      ),
    ],
    [
      { backgroundRefresh: { swep: true } },
      'The option backgroundRefresh has no field "swep". Did you mean "sweep"? There is: sweep.',
    ],
    [
      { backgroundRefresh: { sweep: 'yes' } },
      'backgroundRefresh.sweep must be true or false; got a string of 3 characters.',
    ],
    [{ backgroundRefresh: 1 }, 'backgroundRefresh must be true, false or { sweep: true }; got 1.'],
    [
      { providers: { zoho_crm: { clientID: 'canary' } } },
      'The provider "zoho_crm" has no option "clientID". Did you mean "clientId"? There are: clientId, ' +
        'clientSecret, clientSecrets, allowHosts, location, accountsServer, refreshBudget, parameters, endpointHosts, redirectUri, refreshParameters, refreshScope, grant, scopes, resource, allowPrivateNetwork, profile.',
    ],
    [
      { [`canary ${'x'.repeat(60)}`]: true },
      expect.stringMatching(/^open\(\) has no option \(a name of 67 characters\)\. There are: /),
    ],
    [
      { migrat: 1, polcy: 2 },
      expect.stringMatching(
        /^open\(\) has no options "migrat" and "polcy"\. Did you mean "migrate" and "policy"\? There are: /,
      ),
    ],
  ])('%o', async (options, message) => {
    const given = odd({ database: 'memory:', encryptionKeys: KEYS, ...Object(options) })
    expect(await messageOf(() => OAuthTokenService.open(given))).toEqual(message)
    const lazy = OAuthTokenService.lazy(given)
    expect(await messageOf(() => lazy.hasToken(CLIENT, PROVIDER))).toEqual(message)
  })

  test.each<[object | string | null, string]>([
    [null, 'The options of open() must be an object; got null.'],
    ['memory:', 'The options of open() must be an object; got a string of 7 characters.'],
    [{ cache: true }, 'cache must be { maxAgeMs, maxEntries } or false; got a boolean.'],
    [{ cache: null }, 'cache must be { maxAgeMs, maxEntries } or false; got null.'],
    [
      { cache: { maxAgeMs: '5' } },
      expect.stringMatching(/^cache\.maxAgeMs and cache\.maxEntries must be numbers/),
    ],
    [{ policy: 5 }, 'policy must be an object of durations; got 5.'],
    [{ onEvent: 'canary' }, 'onEvent must be a function; got a string of 6 characters.'],
    [{ waitUntil: {} }, 'waitUntil must be a function; got an object.'],
    [{ schema: 5 }, 'schema must be the name of a PostgreSQL schema; got 5.'],
    [{ lifeboat: '' }, 'lifeboat must be the path of a directory, or false; got an empty string.'],
    [{ lifeboat: true }, 'lifeboat must be the path of a directory, or false; got a boolean.'],
    [{ migrate: 'false' }, 'migrate must be true or false; got a string of 5 characters.'],
    [
      { encryptionKeys: 5 },
      'encryptionKeys must be a text like id:base64(32 bytes), or a source of keys; got 5.',
    ],
    [
      { encryptionKeys: { name: 'vault' } },
      'encryptionKeys must be a text like id:base64(32 bytes), or a source of keys; got an object.',
    ],
  ])('or a value that means nothing: %o', async (options, message) => {
    const given =
      typeof options === 'object' && options !== null ? { database: 'memory:', ...options } : options
    expect(await messageOf(() => OAuthTokenService.open(odd(given)))).toEqual(message)
  })

  test('and takes every option that it has, also where a value is undefined', async () => {
    const nothing: { readonly [Name in keyof OpenOptions]-?: undefined } = {
      database: undefined,
      schema: undefined,
      encryptionKeys: undefined,
      providers: undefined,
      callbackUrl: undefined,
      migrate: undefined,
      backgroundRefresh: undefined,
      waitUntil: undefined,
      cache: undefined,
      lifeboat: undefined,
      policy: undefined,
      requireSealed: undefined,
      onEvent: undefined,
      telemetry: undefined,
    }
    const tokens = await open('memory:', { ...nothing, database: 'memory:' })
    expect(await tokens.hasToken(CLIENT, PROVIDER)).toBe(false)
  })
})

describe('a call refuses an option that it does not have', () => {
  const NEAR_MISSES: readonly [string, (tokens: OAuthTokenService) => Promise<unknown>, string][] = [
    [
      'getAccessToken',
      tokens => tokens.getAccessToken(CLIENT, PROVIDER, CREDENTIALS, odd({ minValidMS: 1 })),
      'getAccessToken() has no option "minValidMS". Did you mean "minValidMs"? ' +
        'There are: minValidMs, requireScopes, signal.',
    ],
    [
      'getToken',
      tokens => tokens.getToken(CLIENT, PROVIDER, undefined, odd({ requiredScopes: ['canary'] })),
      'getToken() has no option "requiredScopes". Did you mean "requireScopes"? ' +
        'There are: minValidMs, requireScopes, signal.',
    ],
    [
      'getAccessToken with options in the place of credentials',
      tokens => tokens.getAccessToken(CLIENT, PROVIDER, odd({ minValidMs: 1 })),
      'The argument credentials has no field "minValidMs". There are: clientId, clientSecret. ' +
        'Options come after the credentials; undefined in their place takes those of open() or of the environment.',
    ],
    [
      'getAccessToken with the wire names of credentials',
      tokens =>
        tokens.getAccessToken(CLIENT, PROVIDER, odd({ client_id: 'canary', client_secret: 'canary' })),
      'The argument credentials has no fields "client_id" and "client_secret". Did you mean "clientId" and "clientSecret"? ' +
        'There are: clientId, clientSecret.',
    ],
    [
      'refreshToken',
      tokens => tokens.refreshToken(CLIENT, PROVIDER, CREDENTIALS, odd({ force: true })),
      'refreshToken() has no option "force". There is: signal.',
    ],
    [
      'refreshToken with a wrong name among the credentials',
      tokens => tokens.refreshToken(CLIENT, PROVIDER, odd({ ...CREDENTIALS, secret: 'canary' })),
      'The argument credentials has no field "secret". There are: clientId, clientSecret.',
    ],
    [
      'storeTokens',
      tokens => tokens.storeTokens(CLIENT, PROVIDER, { accessToken: 'new' }, odd({ transaction: {} })),
      'storeTokens() has no option "transaction". There are: tx, signal.',
    ],
    [
      'storeTokens with a wrong name among the tokens',
      tokens => tokens.storeTokens(CLIENT, PROVIDER, odd({ accessToken: 'new', refreshTokn: 'canary' })),
      'The argument tokens has no field "refreshTokn". Did you mean "refreshToken"? ' +
        'There are: accessToken, refreshToken, expiresIn, scopes, metadata.',
    ],
    [
      'hasToken',
      tokens => tokens.hasToken(CLIENT, PROVIDER, odd(CREDENTIALS)),
      'hasToken() has no options "clientId" and "clientSecret". There is: signal.',
    ],
    [
      'getTokenRecord',
      tokens => tokens.getTokenRecord(CLIENT, PROVIDER, odd({ reveal: true })),
      'getTokenRecord() has no option "reveal". There is: signal.',
    ],
    [
      'deleteToken',
      tokens => tokens.deleteToken(CLIENT, PROVIDER, odd({ revok: true })),
      'deleteToken() has no option "revok". Did you mean "revoke"? There are: revoke, tx, signal.',
    ],
    [
      'deleteToken with a revoke that is neither true nor false',
      tokens => tokens.deleteToken(CLIENT, PROVIDER, odd({ revoke: 'false' })),
      'revoke must be true or false; got a string of 5 characters.',
    ],
    [
      'deleteToken with true in the place of options',
      tokens => tokens.deleteToken(CLIENT, PROVIDER, odd(true)),
      'The options of deleteToken() must be an object; got a boolean.',
    ],
    [
      'listTokens',
      tokens => tokens.listTokens(odd({ clientID: CLIENT })),
      'listTokens() has no option "clientID". Did you mean "clientId"? ' +
        'There are: clientId, provider, status, limit, cursor, signal.',
    ],
    [
      'listTokens with a client that cannot be',
      tokens => tokens.listTokens(odd({ clientId: 5 })),
      'clientId must be 1 to 255 printable ASCII characters without a space at either end; got 5.',
    ],
    [
      'reportRejected',
      tokens => tokens.reportRejected(CLIENT, PROVIDER, 'canary', odd({ signals: [] })),
      'reportRejected() has no option "signals". Did you mean "signal"? There is: signal.',
    ],
    [
      'fetch',
      tokens => tokens.fetch(CLIENT, PROVIDER, `${zoho.url}/api/echo`, odd({ allowHost: ['canary'] })),
      expect.stringMatching(
        /^fetch\(\) has no option "allowHost"\. Did you mean "allowHosts"\? There are: allowHosts, /,
      ),
    ],
    [
      'fetch with a host that is no list',
      tokens =>
        tokens.fetch(CLIENT, PROVIDER, `${zoho.url}/api/echo`, odd({ allowHosts: 'api.example.com' })),
      'allowHosts must be an array of hosts; got a string of 15 characters.',
    ],
    [
      'hasToken with a signal that is none',
      tokens => tokens.hasToken(CLIENT, PROVIDER, odd({ signal: new AbortController() })),
      'signal must be an AbortSignal; got an object of the class AbortController.',
    ],
    [
      'hasToken with null in the place of options',
      tokens => tokens.hasToken(CLIENT, PROVIDER, odd(null)),
      'The options of hasToken() must be an object; got null.',
    ],
  ]

  test.each(NEAR_MISSES)('%s', async (_, call, message) => {
    const tokens = await open('memory:')
    await tokens.storeTokens(CLIENT, PROVIDER, { accessToken: 'stored', refreshToken: 'stored-r' })
    const before = await tokens.getTokenRecord(CLIENT, PROVIDER)
    // The first call of a connection finds nothing in memory, the second does.
    expect(await messageOf(() => call(tokens))).toEqual(message)
    await tokens.getAccessToken(CLIENT, PROVIDER)
    expect(await messageOf(() => call(tokens))).toEqual(message)
    expect(await tokens.getTokenRecord(CLIENT, PROVIDER)).toEqual(before)
    expect(await zoho.summary()).toMatchObject({ requests: 0 })
  })

  test('before it opens anything', async () => {
    const tokens = OAuthTokenService.lazy({
      onEvent: odd('wrong, and told only when something is opened'),
    })
    const told = NEAR_MISSES.filter(([, , message]) => / has no options? |^The options/.test(message))
    expect(told).toHaveLength(11)
    for (const [, call, message] of told) {
      expect(await messageOf(() => call(tokens))).toEqual(message)
    }
  })

  test('and takes every option that it has, also where a value is undefined', async () => {
    const tokens = await open('memory:')
    const signal = undefined
    const revoke = undefined
    const tx = undefined
    const input = { accessToken: 'a', refreshToken: undefined, expiresIn: undefined, scopes: undefined }
    await tokens.storeTokens(CLIENT, PROVIDER, { ...input, metadata: undefined }, { tx, signal })
    const demand = { minValidMs: undefined, requireScopes: undefined, signal }
    expect(await tokens.getAccessToken(CLIENT, PROVIDER, undefined, demand)).toBe('a')
    expect(await tokens.hasToken(CLIENT, PROVIDER, { signal })).toBe(true)
    const filter = { clientId: undefined, provider: undefined, status: undefined, limit: undefined }
    expect((await tokens.listTokens({ ...filter, cursor: undefined, signal })).connections).toHaveLength(1)
    expect(await tokens.deleteToken(CLIENT, PROVIDER, { revoke, tx, signal })).toBe(true)
  })

  test('and pays nothing for it where the token is in memory', async () => {
    const tokens = await open('memory:')
    await tokens.storeTokens(CLIENT, PROVIDER, { accessToken: 'a' })
    await tokens.getAccessToken(CLIENT, PROVIDER, CREDENTIALS)
    let looks = 0
    const watched = new Proxy(CREDENTIALS, {
      ownKeys: target => {
        looks += 1
        return Reflect.ownKeys(target)
      },
    })
    for (let calls = 0; calls < 5; calls += 1) {
      expect(await tokens.getAccessToken(CLIENT, PROVIDER, watched)).toBe('a')
    }
    expect(looks).toBe(0)
    await tokens.getToken(CLIENT, PROVIDER, watched)
    expect(looks).toBeGreaterThan(0)
  })
})
