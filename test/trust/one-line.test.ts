import { EvergrantError, OAuthTokenService } from 'evergrant'
import { defineProvider, genericProvider } from 'evergrant/providers'
import fc from 'fast-check'
import Libsql from 'libsql'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'
import { sized } from './sizes.ts'
import { answer, tokenEndpoint } from './token-endpoint.ts'

const world = await serviceWorld()
const endpoint = await tokenEndpoint()
const { run, directory: commandDirectory } = commandLine()

/** What ends a line, moves the cursor or turns the reading direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const LONGEST_MESSAGE = 2_000

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '\u001b[2J',
        '\u001b]0;x\u0007',
        '\u2028',
        '\u2029',
        '\u0085',
        '\0',
        '\u202e',
      ),
      fc.constantFrom('a', ' ', '"', '{"type":"refreshed"}', '%0a', '\\n', 'ü', '\ud800', 'x'.repeat(3_000)),
      fc.string({ maxLength: 5 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map(parts => parts.join(''))

const runs = (usual: number): { numRuns: number } => ({ numRuns: sized(usual, 100 * usual) })

function expectOneLine(text: string, longest = LONGEST_MESSAGE): void {
  expect(text).not.toMatch(INVISIBLE)
  expect(text.length).toBeLessThanOrEqual(longest)
}

/** Every event of the service so far is one line that tells what it says. */
function expectEventsOfOneLine(): void {
  for (const event of world.events) {
    const line = JSON.stringify(event)
    expectOneLine(line)
    expect(JSON.parse(line)).toEqual(event)
  }
}

async function expectFailureOfOneLine(call: () => Promise<unknown>): Promise<void> {
  const error: unknown = await call().then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error === null) return
  expect(error).toBeInstanceOf(EvergrantError)
  if (error instanceof EvergrantError) expectOneLine(error.message)
}

describe('T30: an error or an event about hostile text', () => {
  test('T30: that a caller gave is one line', async () => {
    const tokens = await world.open('memory:', { providers: { zoho_crm: CREDENTIALS } })
    const property = fc.asyncProperty(hostile, async text => {
      const odd = text as never
      for (const call of [
        () => tokens.getAccessToken(text, 'zoho_crm'),
        () => tokens.getAccessToken(CLIENT, text),
        () => tokens.getAccessToken(CLIENT, 'zoho_crm', { clientId: text, clientSecret: text }),
        () => tokens.getAccessToken(CLIENT, 'zoho_crm', odd),
        () =>
          tokens.getAccessToken(CLIENT, 'zoho_crm', undefined, { requireScopes: [text], minValidMs: odd }),
        () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: text, refreshToken: text }),
        () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', scopes: text, expiresIn: odd }),
        () =>
          tokens.storeTokens(CLIENT, 'zoho_crm', {
            accessToken: 'a',
            metadata: { [text]: text, location: text },
          }),
        () => tokens.storeTokens(text, 'zoho_crm', { accessToken: 'a', refreshToken: 'r' }),
        () => tokens.refreshToken(CLIENT, 'zoho_crm'),
        () => tokens.getTokenRecord(text, text),
        () => tokens.deleteToken(text, 'zoho_crm'),
        () => tokens.hasToken(CLIENT, text),
        () => tokens.listTokens({ cursor: text, status: odd, limit: odd }),
        () => tokens.reportRejected(CLIENT, 'zoho_crm', text),
        () => tokens.fetch(CLIENT, 'zoho_crm', text),
        () => tokens.fetch(CLIENT, 'zoho_crm', 'https://a.example', { allowHosts: [text] }),
        () =>
          tokens.fetch(
            CLIENT,
            'zoho_crm',
            `https://${encodeURIComponent(text.replaceAll(/\p{Cs}/gu, ''))}.example/${text}`,
          ),
      ]) {
        await expectFailureOfOneLine(call)
      }
    })
    await fc.assert(property, runs(60))
    expectEventsOfOneLine()
  })

  test('T30: that came with the options is one line', async () => {
    const open = (options: object) => () =>
      OAuthTokenService.open({ database: 'memory:', ...options }).then(s => s.close())
    const property = fc.asyncProperty(hostile, async text => {
      const profile = genericProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example' })
      for (const call of [
        open({ providers: { [text]: {} } }),
        open({ providers: { [text]: { profile } } }),
        open({ providers: { zoho_crm: { [text]: 1 } } }),
        open({ providers: { zoho_crm: { location: text } } }),
        open({ providers: { zoho_crm: { accountsServer: text, allowHosts: [text] } } }),
        open({ providers: { zoho_crm: { clientSecrets: { [text]: text } } } }),
        open({ policy: { [text]: 1 } }),
        open({ encryptionKeys: text }),
        open({ encryptionKeys: `${text}:${KEYS.split(':')[1]}` }),
        open({ encryptionKeys: KEYS, database: `postgres://u:p@127.0.0.1:1/${text}` }),
        open({ encryptionKeys: KEYS, database: text }),
        open({ encryptionKeys: KEYS, database: 'postgres://u:p@127.0.0.1:1/x', schema: text }),
        async () => defineProvider({ name: text, tokenEndpoint: text }),
      ]) {
        await expectFailureOfOneLine(call)
      }
    })
    await fc.assert(property, runs(15))
  })

  test('T30: that a provider answered is one line', async () => {
    const profile = endpoint.profile('acme', { rotation: 'strict' })
    const tokens = await world.open('memory:', { providers: { acme: { profile, ...CREDENTIALS } } })
    let clients = 0
    const status = fc.constantFrom(200, 302, 400, 401, 429, 503)
    const property = fc.asyncProperty(hostile, status, fc.boolean(), async (text, code, usable) => {
      const client = `client-${++clients}`
      await tokens.storeTokens(client, 'acme', { accessToken: 'a', refreshToken: 'r' })
      const members = {
        error: text,
        error_description: text,
        scope: text,
        token_type: text,
        expires_in: text,
      }
      const body = usable ? { access_token: 'a', scope: text, expires_in: text, [text]: text } : members
      const headers = { 'retry-after': text, location: text, 'content-type': text }
      const carried = Object.entries(headers).map(([name, value]) => [
        name,
        value.replaceAll(/[^\x20-\x7e]/g, '?'),
      ])
      endpoint.replies.push(
        answer(code, JSON.stringify({ ...body, refresh_token: text }), Object.fromEntries(carried)),
      )
      await expectFailureOfOneLine(() => tokens.refreshToken(client, 'acme'))
    })
    await fc.assert(property, runs(100))
    expect(new Set(world.events.map(({ type }) => type)).size).toBeGreaterThan(3)
    expectEventsOfOneLine()
  })

  test('T30: that somebody wrote into the row is one line', async () => {
    const url = world.url('SQLite')
    const tokens = await world.open(url, { cache: false, providers: { zoho_crm: CREDENTIALS } })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: 'r' })
    const database = new Libsql(url.slice('file:'.length))
    const columns = [
      'status',
      'status_reason',
      'last_error',
      'access_token',
      'refresh_token',
      'scopes',
      'metadata',
      'app_id',
    ]
    const property = fc.asyncProperty(hostile, fc.constantFrom(...columns), async (text, column) => {
      const value = column === 'metadata' ? JSON.stringify({ location: text, [text]: text }) : text
      const expiry = column === 'access_token' || column === 'scopes' ? 9e15 : 0
      database
        .prepare(
          `update oauth_tokens set status = 'reauthorization_required', status_reason = 'refused', token_expiry = ${expiry},
             next_attempt_at = 9e12, refresh_at = null, ${column} = ?`,
        )
        .run(value)
      for (const call of [
        () => tokens.getAccessToken(CLIENT, 'zoho_crm'),
        () => tokens.refreshToken(CLIENT, 'zoho_crm'),
        () => tokens.getAccessToken(CLIENT, 'zoho_crm', undefined, { requireScopes: ['x'] }),
        () => tokens.getTokenRecord(CLIENT, 'zoho_crm'),
      ]) {
        await expectFailureOfOneLine(call)
      }
      database.prepare(`update oauth_tokens set status = 'active', ${column} = ?`).run(value)
      await expectFailureOfOneLine(() => tokens.getAccessToken(CLIENT, 'zoho_crm'))
    })
    await fc.assert(property, runs(60))
    database.close()
    expectEventsOfOneLine()
  })
})

const lines = (text: string): readonly string[] => text.split('\n').slice(0, -1)

describe('T30: the command line', () => {
  const texts = fc.sample(hostile, { numRuns: sized(40, 1_000), seed: 4711 })

  test('T30: prints one line for each record, whatever stands in it', async () => {
    const records = texts.flatMap(text => [
      { clientId: text, provider: 'zoho_crm', refreshToken: 'r' },
      { clientId: 'c', provider: text, refreshToken: text, scopes: text, metadata: { [text]: text } },
    ])
    const { stdout, stderr } = await run(['import'], { input: JSON.stringify(records) })
    if (stderr === '') expect(lines(stdout)).toHaveLength(records.length + 1)
    for (const line of [...lines(stdout), ...lines(stderr)]) expectOneLine(line, 10_000)
    const json = await run(['import', '--json'], { input: JSON.stringify(records) })
    for (const line of lines(json.stdout)) expectOneLine(line, 10_000)
  })

  test('T30: lists one line for each row, whatever stands in it', async () => {
    const { code } = await run(['migrate', '--data-dir', 'listed'])
    expect(code).toBe(0)
    const database = new Libsql(`${commandDirectory}/listed/evergrant.db`)
    const insert = database.prepare(
      `insert into oauth_tokens (id, client_id, provider, status, status_reason, last_error, scopes, created_at, updated_at)
         values (?, ?, ?, ?, ?, ?, ?, 0, 0)`,
    )
    const rows = [...new Set(texts)]
    for (const [index, text] of rows.entries()) insert.run(String(index), text, text, text, text, text, text)
    database.close()
    const { stdout } = await run(['status', '--data-dir', 'listed'])
    expect(lines(stdout)).toHaveLength(rows.length + 1)
    for (const line of lines(stdout)) expect(line).not.toMatch(INVISIBLE)
    const json = await run(['status', '--json', '--data-dir', 'listed'])
    expect(JSON.parse(json.stdout).connections).toHaveLength(rows.length)
    for (const line of lines(json.stdout)) expect(line).not.toMatch(INVISIBLE)
  })

  test('T30: tells a mistake in one paragraph, whose lines are wrapped and indented by us alone', async () => {
    for (const text of texts.slice(0, 6).map(part => part.replaceAll('\0', ''))) {
      for (const args of [
        [text],
        ['token', text, 'zoho_crm'],
        ['status', `--${text}`],
        ['status', '--status', text],
        ['keys', 'generate', '--id', text],
      ]) {
        const { code, stdout, stderr } = await run(args)
        expect([0, 1, 2]).toContain(code)
        // What an argument says cannot look like a line of its own.
        expect(
          lines(stderr)
            .slice(1)
            .filter(line => !line.startsWith('      ')),
        ).toEqual([])
        for (const line of [...lines(stdout), ...lines(stderr)]) expect(line).not.toMatch(INVISIBLE)
      }
    }
  })
})
