import type { OAuthTokenService } from 'evergrant'
import type { LocalZoho } from 'evergrant/testing'
import type { FreshDatabase } from '../support/postgres.ts'

/** What an example finds: a database with the tables, and a local Zoho in the place of the real one. */
export interface Place {
  readonly database: FreshDatabase
  readonly zoho: LocalZoho
  /** On that database, with the example's key. */
  readonly tokens: OAuthTokenService
}

/** What an example needs beside that. */
export interface Scene {
  /** Makes what the page says has to be there. Gives variables of the environment. */
  readonly prepare?: (place: Place) => Promise<Record<string, string>>
  /** A program that uses what `./example.mjs` exports. Absent: the example itself is run. */
  readonly program?: string
  readonly prints?: RegExp
}

const CUSTOMER = 'smart-tax-nation'
const stored = async ({ tokens, zoho }: Place): Promise<Record<string, string>> => {
  await tokens.storeTokens(CUSTOMER, 'zoho_crm', await zoho.issueGrant())
  return {}
}

const storedForCrm = async ({ tokens, zoho }: Place): Promise<Record<string, string>> => {
  const scopes = ['ZohoCRM.modules.ALL', 'ZohoSearch.securesearch.READ']
  await tokens.storeTokens(CUSTOMER, 'zoho_crm', await zoho.issueGrant({ scopes }))
  return {}
}

/** A program with better-auth on the database of the examples. */
function withBetterAuth(body: string, example: string): string {
  return `
    import { betterAuth } from 'better-auth'
    import { getMigrations } from 'better-auth/db/migration'
    import { OAuthTokenService } from 'evergrant'
    import pg from 'pg'
    import { ${example} } from './example.mjs'
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
    const tokens = await OAuthTokenService.open()
    const options = {
      database: pool,
      baseURL: 'http://127.0.0.1',
      secret: 'a secret that is long enough for better-auth',
      logger: { disabled: true },
    }
    ${body}
    await tokens.close()
    await pool.end()`
}

/** A program that starts an app of `appWith`, presses its button, and prints where the browser is sent. */
const pressesTheButton = (provider: string): string => `
  import { once } from 'node:events'
  import { OAuthTokenService } from 'evergrant'
  import { appWith } from './example.mjs'
  const tokens = await OAuthTokenService.open({
    callbackUrl: 'https://app.example/oauth/callback',
    providers: { ${provider}: { clientId: 'app', clientSecret: 'secret' } },
  })
  const signedIn = req => (req.headers.cookie === 'sid=1' ? { tenant: 'smart-tax-nation', id: 'ada' } : null)
  const server = appWith(tokens, signedIn).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const press = async cookie => {
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const url = 'http://127.0.0.1:' + server.address().port + '/oauth/connect/${provider}'
    const response = await fetch(url, { method: 'POST', headers, redirect: 'manual' })
    console.log(response.status, response.headers.get('location'))
  }
  await press('sid=2')
  await press('sid=1')
  server.closeAllConnections()
  server.close()
  await tokens.close()`

/** By the name of the example. Those that are not here are run as they are, and need nothing more. */
export const scenes: Readonly<Record<string, Scene>> = {
  'README.md: Evergrant': { prints: /^70 characters that work$/m },
  'README.md: Use it': {
    prepare: async ({ zoho }) => {
      const { accessToken, refreshToken, expiresIn } = await zoho.issueGrant()
      const answer = { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn }
      return { ANSWER: JSON.stringify(answer) }
    },
    program: `
      import { accessTokenOf, connected } from './example.mjs'
      const answer = JSON.parse(process.env.ANSWER)
      await connected('another-client', answer)
      console.log(await accessTokenOf('another-client') === answer.access_token)`,
    prints: /^true$/m,
  },
  'README.md: Evergrant (2)': {
    program: pressesTheButton('google'),
    prints:
      /^401 null\n303 https:\/\/accounts\.google\.com\S+redirect_uri=https%3A%2F%2Fapp\.example%2Foauth%2Fcallback%2Fgoogle/m,
  },
  'docs/guide/frameworks.md: Routes for Express, Fastify, Hono and Next': {
    program: pressesTheButton('zoho_crm'),
    prints: /^401 null\n303 \S+scope=ZohoCRM\.modules\.ALL/m,
  },
  'docs/errors.md: Handle them': {
    prepare: stored,
    program: `
      import { oauthTokenService } from 'evergrant'
      import { accessTokenFor } from './example.mjs'
      console.log(await accessTokenFor(oauthTokenService, '${CUSTOMER}'))
      console.log(await accessTokenFor(oauthTokenService, 'nobody'))`,
    prints: /^1000\.\S+\nnull$/m,
  },
  'docs/guide/zoho-crm.md: Leads of a call centre': {
    prepare: storedForCrm,
    prints: /^true \{ Phone: '\+15550120177', id: '\d{18,19}' \}/,
  },
  'docs/guide/zoho-crm.md: Many records': {
    prepare: storedForCrm,
    prints: /^written\nMANDATORY_NOT_FOUND\n[\s\S]*O'Neill \(Jr\.\)/,
  },
  'docs/guide/start.md: 4. Use it': { prepare: stored, prints: /^200 / },
  'docs/guide/from-a-token-table.md: 3. Replace your function': {
    prepare: async place => {
      await place.database.query(
        `insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry)
          values ('from-before', 'zoho_crm', 'plain', 'plain', now() + interval '30 minutes')`,
      )
      return {}
    },
    program: `
      import pg from 'pg'
      import { accessTokenOf } from './example.mjs'
      const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
      console.log(await accessTokenOf(pool, 'from-before'))
      await pool.end()`,
    prints: /^plain$/m,
  },
  'docs/guide/from-a-token-table.md: 3. Replace your function (2)': {
    prepare: stored,
    program: `
      import pg from 'pg'
      import { accessTokenOf, openTokens } from './example.mjs'
      const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
      const tokens = await openTokens(pool)
      console.log(await accessTokenOf(tokens, '${CUSTOMER}'))
      await tokens.close()
      await pool.end()`,
    prints: /^1000\./m,
  },
  'docs/guide/observability.md: OpenTelemetry': { prints: /name: 'evergrant\.call\.duration'.*'stored'/s },
  'docs/guide/observability.md: Logs': {
    prints: /"level":40,.*"code":"REAUTHORIZATION_REQUIRED".*"msg":"refresh_failed"/,
  },
  'docs/guide/observability.md: Prometheus without OpenTelemetry': {
    prints:
      /call_duration_seconds_count\{provider="zoho_crm",source="stored"\} 1$.*cache_hits_total\{provider="zoho_crm"\} 2$/ms,
  },
  'docs/guide/import-records.md: In a program': { prints: /outcome: 'imported'/ },
  'docs/guide/moving-in.md: better-auth': {
    program: withBetterAuth(
      `
      const auth = betterAuth({ ...options, databaseHooks: accountHooks(tokens) })
      await (await getMigrations(auth.options)).runMigrations()
      const { internalAdapter } = await auth.$context
      const user = await internalAdapter.createUser({ email: 'a@app.example', name: 'a' }, { method: 'other' })
      const linked = { userId: user.id, providerId: 'zoho', accountId: '1' }
      const account = await internalAdapter.createAccount({ ...linked, accessToken: 'at-1', refreshToken: 'rt-1' })
      const kept = async () => (await tokens.getTokenRecord(user.id, 'zoho_crm'))?.refreshToken?.reveal()
      console.log(await kept())
      await internalAdapter.updateAccount(account.id, { accessToken: 'at-2', refreshToken: 'rt-2' })
      console.log(await kept())`,
      'accountHooks',
    ),
    prints: /^rt-1\nrt-2$/m,
  },
  'docs/guide/moving-in.md: better-auth (2)': {
    program: withBetterAuth(
      `
      import { symmetricEncrypt } from 'better-auth/crypto'
      const auth = betterAuth({ ...options, account: { encryptOAuthTokens: true } })
      await (await getMigrations(auth.options)).runMigrations()
      const { internalAdapter, secretConfig } = await auth.$context
      const user = await internalAdapter.createUser({ email: 'b@app.example', name: 'b' }, { method: 'other' })
      const refreshToken = await symmetricEncrypt({ key: secretConfig, data: 'rt-of-b' })
      await internalAdapter.createAccount({ userId: user.id, providerId: 'zoho', accountId: '2', refreshToken })
      await pool.query('delete from account where "accountId" <> $1', ['2'])
      console.log(await importEncrypted(tokens, auth, pool))
      console.log((await tokens.getTokenRecord(user.id, 'zoho_crm'))?.refreshToken?.reveal())`,
      'importEncrypted',
    ),
    prints: /outcome: 'imported'.*^rt-of-b$/ms,
  },
  'docs/guide/moving-in.md: In a program': {
    prepare: async ({ database }) => {
      await database.query(
        `create schema old;
         create table old.oauth_tokens (client_id text, provider text, access_token text, refresh_token text,
           token_expiry timestamptz);
         insert into old.oauth_tokens values ('from-elsewhere', 'zoho', null, 'rt', null)`,
      )
      return { EVERGRANT_SOURCE_URL: await database.urlWith({ search_path: 'old' }) }
    },
    prints: /dryRun: true,\n.*\n *rows: 1,\n *imported: 1/,
  },
  'docs/guide/keys.md: Keys from a KMS': {
    prepare: stored,
    // Stands for a KMS: AES-GCM with a key that never leaves it.
    program: `
      import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
      import { openTokens } from './example.mjs'
      const master = randomBytes(32)
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', master, nonce)
      const wrapped = Buffer.concat([cipher.update(process.env.EVERGRANT_ENCRYPTION_KEYS), cipher.final()])
      process.env.WRAPPED_KEYS = wrapped.toString('base64')
      delete process.env.EVERGRANT_ENCRYPTION_KEYS
      const tokens = await openTokens(async bytes => {
        const decipher = createDecipheriv('aes-256-gcm', master, nonce).setAuthTag(cipher.getAuthTag())
        return Buffer.concat([decipher.update(bytes), decipher.final()])
      })
      console.log(await tokens.getAccessToken('${CUSTOMER}', 'zoho_crm'))
      await tokens.close()
      const refusal = Object.assign(new Error('no right'), { name: 'AccessDeniedException' })
      await openTokens(() => Promise.reject(refusal)).catch(error => console.log(error.code, error.message))`,
    prints: /^1000\.\S+\nINVALID_INPUT .*\(AccessDeniedException\)/m,
  },
  'docs/guide/options.md: Options of a call': { prints: /^1000\.a\nsmart-tax-nation zoho_crm active$/m },
  'docs/guide/postgres-and-sqlite.md: Your own transaction': {
    prepare: async ({ database }) => {
      await database.query('create table customers (name text primary key)')
      return {}
    },
  },
  'docs/guide/postgres-and-sqlite.md: The tables': { prepare: stored, prints: /client: 'smart-tax-nation'/ },
  'docs/guide/providers.md: Zoho': {
    program: `
      import { openTokens } from './example.mjs'
      const tokens = await openTokens({ common: 'a', eu: 'b', in: 'c' })
      await tokens.close()`,
  },
  'docs/guide/providers.md: fetch and allowHosts': {
    prepare: stored,
    program: `
      import { invoices } from './example.mjs'
      console.log((await invoices('${CUSTOMER}')).status)`,
    prints: /^200$/m,
  },
  'docs/guide/operations.md: Serverless': {
    prepare: stored,
    program: `
      import { handler } from './example.mjs'
      console.log(await handler())`,
    prints: /^1000\./m,
  },
  'docs/guide/operations.md: Serverless (2)': {
    prepare: stored,
    program: `
      import { openTokens } from './example.mjs'
      const kept = []
      const tokens = await openTokens({ waitUntil: work => kept.push(work) })
      console.log(await tokens.getAccessToken('${CUSTOMER}', 'zoho_crm'), kept.length)
      await tokens.close()`,
    prints: /^1000\.\S+ 0$/m,
  },
  'docs/guide/local-calendar.md: The local Zoho’s Calendar': { prints: /^20260206T190000\+0100$/m },
  'docs/guide/testing.md: In your own tests': { prints: /^200$/m },
  'docs/guide/local-crm.md: The local Zoho’s CRM': { prints: /"Last_Name":"Perlman"/ },
  'docs/guide/testing.md: Its authorization page': { prints: /state.*code.*location.*accounts-server/ },
  'docs/guide/testing.md: Faults': { prints: /ProviderUnavailableError.*^1000\.\S+$/ms },
  'docs/guide/zoho-calendar.md: Zoho Calendar': { prints: /2026-03-06T09:00:00-05:00.*^Call back timed$/ms },
  'docs/guide/testing.md: Time': { prints: /^401$/m },
}

/** Examples that cannot be run here, each with the reason. */
export const notRun: Readonly<Record<string, string>> = {
  'docs/guide/your-own-server.md: 1. The server': 'own-server-walk.test.ts starts it, at a free port',
  'docs/guide/your-own-server.md: 2. From the terminal': 'own-server-walk.test.ts connects by it',
  'docs/guide/your-own-server.md: 3. From an Express app':
    'own-server-walk.test.ts starts it, and presses its button',
}
