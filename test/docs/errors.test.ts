import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as evergrant from 'evergrant'
import { EvergrantError, OAuthTokenService, type OpenOptions } from 'evergrant'
import { importFrom } from 'evergrant/admin'
import { defineProvider } from 'evergrant/providers'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { ZohoApiError, ZohoCRMService } from 'evergrant/zoho'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { refusalError } from '../../src/refresh/refusal-error.ts'
import { freshDatabase } from '../support/postgres.ts'
import { projectDirectory } from '../support/project.ts'
import { codesOf, rowsOf } from './markdown.ts'

/*
 * Every message on the page is produced here, and every message that is produced here is on the page.
 */
const page = readFileSync(join(projectDirectory, 'docs/errors.md'), 'utf8')
const CLIENT = 'smart-tax-nation'
const OTHER = 'another-client'
const keys = (id: string): string => `${id}:${Buffer.alloc(32, 7).toString('base64')}`

const database = await freshDatabase()
const zoho = await startLocalZoho({ throttle: null, rotation: 'strict' })
const acme = defineProvider({
  name: 'acme',
  tokenEndpoint: `${zoho.url}/oauth/v2/token`,
  answers: { errors: { refused: ['invalid_code'], misconfigured: [], throttled: [], transient: [] } },
})
const dataDirectory = mkdtempSync(join(tmpdir(), 'evergrant-errors-'))
const services: OAuthTokenService[] = []
afterEach(() => {
  vi.unstubAllEnvs()
})
afterAll(async () => {
  await Promise.all(services.map(tokens => tokens.close()))
  await zoho.close()
  rmSync(dataDirectory, { recursive: true })
})

async function open(options: OpenOptions = {}): Promise<OAuthTokenService> {
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    callbackUrl: 'https://app.example/oauth/callback',
    providers: {
      zoho_crm: { ...localZohoApp, accountsServer: zoho.url },
      acme: { ...localZohoApp, profile: acme },
    },
    policy: { confirmRefusalMs: 0, backoffFirstMs: 0 },
    ...options,
  })
  services.push(tokens)
  return tokens
}

async function connected(options: OpenOptions = {}, provider = 'zoho_crm'): Promise<OAuthTokenService> {
  const tokens = await open(options)
  await tokens.storeTokens(CLIENT, provider, await zoho.issueGrant())
  return tokens
}

const refused = async (provider = 'zoho_crm'): Promise<OAuthTokenService> => {
  const tokens = await open()
  const grant = await zoho.issueGrant()
  await tokens.storeTokens(CLIENT, provider, grant)
  await zoho.revokeGrant(grant.refreshToken)
  return tokens
}

async function underFault(
  fault: Parameters<typeof zoho.fault>[0],
  ask: (tokens: OAuthTokenService) => Promise<unknown>,
  provider = 'zoho_crm',
): Promise<unknown> {
  const tokens = await connected({}, provider)
  await zoho.fault(fault, { times: 'until_cleared' })
  try {
    return await ask(tokens)
  } finally {
    await zoho.clearFaults()
  }
}

const refresh = (tokens: OAuthTokenService): Promise<unknown> => tokens.refreshToken(CLIENT, 'zoho_crm')

function backFrom(url: string, parameters: Record<string, string>, callbackUrl?: string): string {
  const { searchParams } = new URL(url)
  const back = new URL(callbackUrl ?? searchParams.get('redirect_uri') ?? '')
  back.search = new URLSearchParams({ state: searchParams.get('state') ?? '', ...parameters }).toString()
  return back.href
}

/** A flow whose callback brings this. */
async function flowEnding(
  parameters: Record<string, string>,
  end: { readonly binding?: string; readonly user?: string; readonly callbackUrl?: string } = {},
): Promise<unknown> {
  const tokens = await open()
  const { url, binding } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', {
    scopes: ['ZohoCRM.modules.ALL'],
  })
  const callback = backFrom(url, parameters, end.callbackUrl)
  return tokens.handleCallback(callback, { binding: end.binding ?? binding, user: end.user })
}

/** What goes wrong, class by class. */
const scenes: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
  TokenNotFoundError: [
    async () => (await open()).getAccessToken(CLIENT, 'zoho_crm'),
    async () => {
      vi.stubEnv('ZOHO_REFRESH_TOKEN', (await zoho.issueGrant()).refreshToken)
      const tokens = await open()
      await tokens.getAccessToken(CLIENT, 'zoho_crm')
      return tokens.getAccessToken(OTHER, 'zoho_crm')
    },
    async () => {
      vi.stubEnv('EVERGRANT_ENV_CLIENT_ID', CLIENT)
      return (await open()).getAccessToken(OTHER, 'zoho_crm')
    },
    async () => {
      vi.stubEnv('ZOHO_REFRESH_TOKEN', (await zoho.issueGrant()).refreshToken)
      const tokens = await open()
      await tokens.getAccessToken(CLIENT, 'zoho_crm')
      await tokens.deleteToken(CLIENT, 'zoho_crm')
      return tokens.getAccessToken(CLIENT, 'zoho_crm')
    },
  ],
  ReauthorizationRequiredError: [
    async () => refresh(await refused()),
    async () => {
      const tokens = await refused()
      await refresh(tokens).catch(() => {})
      return refresh(tokens)
    },
    async () => {
      const tokens = await connected({}, 'acme')
      const stored = await tokens.getAccessToken(CLIENT, 'acme')
      await zoho.fault({ kind: 'lost_answer' })
      await tokens.reportRejected(CLIENT, 'acme', stored)
      return tokens.getAccessToken(CLIENT, 'acme')
    },
    async () => {
      const tokens = await open()
      await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'alone' })
      return refresh(tokens)
    },
    // A provider's word on when a refresh token ends counts in whole seconds: nobody waits for that here.
    async () => {
      throw refusalError(
        { kind: 'reauthorization', reason: 'expired' },
        { clientId: CLIENT, provider: 'acme' },
      )
    },
  ],
  ProviderUnavailableError: [
    async () => underFault({ kind: 'bad_gateway' }, refresh),
    async () => {
      const tokens = await connected({ policy: { backoffFirstMs: 3_600_000, backoffLongestMs: 3_600_000 } })
      await zoho.fault({ kind: 'server_error' }, { times: 2 })
      await refresh(tokens).catch(() => {})
      await zoho.clearFaults()
      return refresh(tokens)
    },
    async () => {
      const tokens = await connected()
      await zoho.fault({ kind: 'server_error' }, { endpoint: 'revoke' })
      return tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })
    },
  ],
  ProviderRateLimitedError: [
    async () => underFault({ kind: 'throttled' }, refresh),
    async () => {
      const tokens = await connected()
      for (let spent = 0; spent < 3; spent += 1) await refresh(tokens)
      return refresh(tokens)
    },
  ],
  ProviderMisconfiguredError: [
    async () => {
      const tokens = await connected()
      return tokens.refreshToken(CLIENT, 'zoho_crm', { ...localZohoApp, clientSecret: 'wrong' })
    },
    async () => refresh(await connected({ providers: { zoho_crm: { accountsServer: zoho.url } } })),
    async () => {
      const tokens = await connected({ providers: { acme: { profile: acme } } }, 'acme')
      return tokens.refreshToken(CLIENT, 'acme')
    },
    async () => {
      const tokens = await open({ providers: { acme: { clientId: 'app', profile: acme } } })
      return tokens.authorizationUrl(CLIENT, 'acme')
    },
    async () =>
      (
        await connected(
          { providers: { acme: { ...localZohoApp, profile: acme, allowPrivateNetwork: false } } },
          'acme',
        )
      ).refreshToken(CLIENT, 'acme'),
  ],
  ProviderResponseError: [
    async () => underFault({ kind: 'garbage' }, refresh),
    async () => {
      const body = JSON.stringify({ access_token: 'short', expires_in: 10 })
      const ask = async (tokens: OAuthTokenService): Promise<unknown> => {
        await tokens.refreshToken(CLIENT, 'acme')
        return tokens.getAccessToken(CLIENT, 'acme', undefined, { minValidMs: 9_999 })
      }
      return underFault({ kind: 'custom', status: 200, headers: {}, body }, ask, 'acme')
    },
  ],
  StoreUnavailableError: [
    () => open({ database: 'postgres://nobody@127.0.0.1:1/nothing', encryptionKeys: keys('k1') }),
    () => open({ database: `${database.url}?sslmode=verify-full`, encryptionKeys: keys('k1') }),
    async () => {
      const database = 'postgres://nobody@127.0.0.1:1/nothing'
      return importFrom(await open(), { from: 'table', database })
    },
  ],
  DecryptionError: [
    async () => {
      await connected({ database: database.url, encryptionKeys: keys('k1') })
      const tokens = await open({ database: database.url, encryptionKeys: keys('k2') })
      return tokens.getAccessToken(CLIENT, 'zoho_crm')
    },
    async () => {
      const tokens = await connected({ database: database.url, encryptionKeys: keys('k1') })
      await database.query('update oauth_tokens set client_id = $1', [OTHER])
      return tokens.refreshToken(OTHER, 'zoho_crm')
    },
  ],
  InsufficientScopeError: [
    async () =>
      (await connected()).getAccessToken(CLIENT, 'zoho_crm', undefined, {
        requireScopes: ['ZohoCRM.users.READ'],
      }),
  ],
  AuthorizationFlowError: [
    () => flowEnding({ state: 'of-nobody' }),
    () => flowEnding({ code: 'a', error: 'access_denied' }),
    () => flowEnding({ code: 'a' }, { binding: 'of another browser' }),
    () => flowEnding({ code: 'a' }, { user: 'another' }),
    () => flowEnding({ code: 'a' }, { callbackUrl: 'https://app.example/oauth/callback/acme' }),
    () => flowEnding({ error: 'access_denied' }),
    () => flowEnding({ error: 'invalid_scope' }),
    () => flowEnding({ code: 'made up' }),
    async () => {
      const tokens = await open()
      const { url, binding } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', {
        scopes: ['ZohoCRM.modules.ALL'],
      })
      const callback = backFrom(url, { error: 'access_denied' })
      await tokens.handleCallback(callback, { binding }).catch(() => {})
      return tokens.handleCallback(callback, { binding })
    },
  ],
  InvalidInputError: [
    async () => (await open()).getAccessToken('', 'zoho_crm'),
    async () => open({ encryptionKey: keys('k1') } as never),
    async () => (await open()).getToken(CLIENT, 'zoho_crm', undefined, { minValidMS: 1 } as never),
    async () => {
      const answer = { access_token: 'a', refresh_token: 'r', scope: 's', api_domain: 'd', expires_in: 3600 }
      return (await open()).storeTokens(CLIENT, 'zoho_crm', answer as never)
    },
    async () => (await open()).getAccessToken(localZohoApp.clientId, 'zoho_crm'),
    async () => (await connected()).getAccessToken(CLIENT, 'zoho_crm', undefined, { minValidMs: 7_200_000 }),
    async () => {
      vi.stubEnv('DATABASE_URL', `"${database.url}"`)
      return open({ database: undefined })
    },
    async () => open({ database: 'postgres://user:pass#word@localhost/app' }),
    async () => {
      vi.unstubAllEnvs()
      vi.stubEnv('NODE_ENV', 'production')
      return open({ database: undefined })
    },
    async () => {
      vi.stubEnv('EVERGRANT_DATA_DIR', dataDirectory)
      await (await connected({ database: undefined })).close()
      rmSync(`${dataDirectory}/evergrant.db.key`)
      return open({ database: undefined })
    },
    async () => {
      const refusal = Object.assign(new Error('what was sent'), { name: 'AccessDeniedException' })
      const load = () => Promise.reject(refusal)
      return open({ encryptionKeys: { name: 'the ring that the KMS unwraps', load } })
    },
  ],
}

/** The part of the page under a class's heading. */
function sectionOf(name: string): string {
  return page.split(/^## /m).find(section => section.startsWith(`${name}\n`)) ?? ''
}

function messagesIn(section: string): readonly string[] {
  return [...section.matchAll(/^> (.+)$/gm)].map(([, message = '']) => message)
}

const classes = Object.entries(evergrant).filter(
  ([name, value]) => name !== 'EvergrantError' && Object.prototype.isPrototypeOf.call(EvergrantError, value),
)

const overview = rowsOf(page, ['class', '`code`', 'retryable'])

test('the page has a line and a section for every class of error, and no other', () => {
  const headings = [...page.matchAll(/^## (\w+Error)$/gm)].map(([, name]) => name)
  expect(headings.toSorted()).toEqual(classes.map(([name]) => name).toSorted())
  expect(Object.keys(scenes).toSorted()).toEqual(headings.toSorted())
  expect(overview.map(([name = '']) => codesOf(name)[0])).toEqual(headings)
})

test.each(Object.entries(scenes))(
  '%s: code, retryable and messages are those of the page',
  async (name, calls) => {
    const section = sectionOf(name)
    const messages: string[] = []
    for (const call of calls) {
      const error: unknown = await call().catch((reason: unknown) => reason)
      if (!(error instanceof EvergrantError)) throw new RangeError(`${name} was not thrown`)
      expect(error.name).toBe(name)
      expect(section).toContain(`**Code** \`${error.code}\``)
      const reason = 'reason' in error ? String(error.reason) : ''
      const retryable = /\*\*retryable\*\* (?<answer>[^·\n]*)/.exec(section)?.groups?.answer?.trim() ?? ''
      const word = retryable.startsWith('unless') ? 'mostly' : retryable
      if (retryable === 'yes' || retryable === 'no') expect(error.retryable).toBe(retryable === 'yes')
      else
        expect(error.retryable).toBe(retryable.includes(`\`${reason}\``) !== retryable.startsWith('unless'))
      expect(overview).toContainEqual(
        expect.arrayContaining([`[\`${name}\`](#${name.toLowerCase()})`, `\`${error.code}\``, word]),
      )
      if (name === 'ReauthorizationRequiredError' || name === 'AuthorizationFlowError')
        expect(section).toContain(`| \`${reason}\` |`)
      const message = error.message.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-23T10:00:00.000Z')
      messages.push(message.replaceAll(dataDirectory, '.evergrant'))
    }
    expect(messages).toEqual(messagesIn(section))
  },
)

test('the error of the clients of Zoho: code and messages are those of the page', async () => {
  const tokens = await open()
  await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant({ scopes: ['ZohoCRM.modules.ALL'] }))
  const crm = new ZohoCRMService({ tokens, clientId: CLIENT, retries: 0 })
  const messages: string[] = []
  const failWith = async (lead: { Last_Name?: string; Company: string }): Promise<void> => {
    const error: unknown = await crm.createLead(lead).catch((reason: unknown) => reason)
    if (!(error instanceof ZohoApiError)) throw new RangeError('ZohoApiError was not thrown')
    expect(error.code).toBe('ZOHO_API')
    messages.push(error.message)
  }
  await failWith({ Company: 'Zylker' })
  await zoho.fault({ kind: 'too_many_requests', retryAfter: '3600' }, { endpoint: 'crm' })
  await failWith({ Last_Name: 'Doe', Company: 'Zylker' })
  await zoho.fault({ kind: 'lost_answer' }, { endpoint: 'crm' })
  await failWith({ Last_Name: 'Doe', Company: 'Zylker' })
  const section = sectionOf('The clients of Zoho')
  expect(section).toContain('**Code** `ZOHO_API`')
  expect(messages).toEqual(messagesIn(section))
})
