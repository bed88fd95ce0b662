import { SpanStatusCode } from '@opentelemetry/api'
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import { EvergrantError, OAuthTokenService } from 'evergrant'
import { startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Collector } from '../support/collector.ts'
import { freshDatabase } from '../support/postgres.ts'
import { makeCanary } from './canary.ts'
import { providerFaults } from './provider-faults.ts'

const canary = makeCanary()
const APP = { clientId: canary.secret('1000.APP'), clientSecret: canary.secret('app-secret') }
const zoho = await startLocalZoho({ throttle: null, apps: [APP] })
const database = await freshDatabase()
const collector = new Collector()
const opened: OAuthTokenService[] = []
afterAll(() => zoho.close())

async function service(requestTimeoutMs = 10_000, encryptionKeys?: string): Promise<OAuthTokenService> {
  const key = Buffer.from(canary.mark.padEnd(32, '.')).toString('base64')
  const tokens = await OAuthTokenService.open({
    database: database.url,
    encryptionKeys: encryptionKeys ?? `test:${key}`,
    cache: false,
    policy: { requestTimeoutMs },
    providers: { zoho_crm: { ...APP, accountsServer: zoho.url } },
    telemetry: collector.telemetry(),
  })
  opened.push(tokens)
  return tokens
}

/** All that an exporter sends to a collector, in both of its forms. */
async function exported(): Promise<string> {
  const metrics = await collector.metrics()
  const spans = [...collector.spans]
  const sent = [
    JsonMetricsSerializer.serializeRequest(metrics),
    ProtobufMetricsSerializer.serializeRequest(metrics),
    JsonTraceSerializer.serializeRequest(spans),
    ProtobufTraceSerializer.serializeRequest(spans),
  ]
  return Buffer.concat(sent.map(bytes => bytes ?? new Uint8Array())).toString('latin1')
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map(tokens => tokens.close()))
  await zoho.clearFaults()
  const bytes = await exported()
  // What is looked for is looked for in the right place.
  expect(bytes).toContain('evergrant.call.duration')
  expect(bytes).toContain('zoho_crm')
  expect(canary.findIn(bytes)).toEqual([])
})

const failureOf = (call: Promise<unknown>): Promise<EvergrantError> =>
  call.then(
    () => expect.fail('it succeeded'),
    error => {
      expect(error).toBeInstanceOf(EvergrantError)
      return error
    },
  )

async function connected(tokens: OAuthTokenService): Promise<string> {
  const client = canary.secret('client')
  const accessToken = canary.secret('access')
  await tokens.storeTokens(client, 'zoho_crm', { accessToken, refreshToken: canary.secret('refresh') })
  return client
}

test.each(providerFaults(canary))(
  'T8: no metric and no span holds a secret or a client when the provider answers %s',
  async (_, fault) => {
    const tokens = await service(fault.kind === 'hang' ? 300 : undefined)
    const client = await connected(tokens)
    await zoho.fault(fault, { times: 2 })
    const before = collector.spans.length
    await failureOf(tokens.refreshToken(client, 'zoho_crm'))
    await failureOf(tokens.refreshToken(client, 'zoho_crm'))
    const spans = collector.spans.slice(before)
    expect(spans.length).toBeGreaterThan(0)
    for (const { status, attributes, events } of spans) {
      expect({ status, events }).toEqual({ status: { code: SpanStatusCode.ERROR }, events: [] })
      expect(attributes['error.type']).toMatch(/^(?:PROVIDER_|REAUTHORIZATION_)/)
    }
  },
)

test('T8: no metric and no span holds a secret or a client when all goes well, or the caller is at fault', async () => {
  const tokens = await service()
  const { refreshToken } = await zoho.issueGrant()
  const client = canary.secret('client')
  await tokens.storeTokens(client, 'zoho_crm', { accessToken: canary.secret('access'), refreshToken })
  await tokens.getAccessToken(client, 'zoho_crm')
  await tokens.refreshToken(client, 'zoho_crm')
  await failureOf(tokens.getAccessToken(canary.secret('unknown'), 'zoho_crm'))
  await failureOf(tokens.getAccessToken(client, canary.secret('provider')))
  await failureOf(tokens.getAccessToken(`${client}\n`, 'zoho_crm'))
  const reason = new Error(canary.secret('gave up'))
  const signal = AbortSignal.abort(reason)
  await expect(tokens.getAccessToken(client, 'zoho_crm', undefined, { signal })).rejects.toBe(reason)
})

// The last one: it breaks the database.
test('T8: no metric and no span holds a secret or a client when values do not open, or the database fails', async () => {
  const tokens = await service()
  const client = await connected(tokens)
  await database.query(
    `update oauth_tokens set access_token = refresh_token, refresh_token = access_token where client_id = $1`,
    [client],
  )
  expect((await failureOf(tokens.getAccessToken(client, 'zoho_crm'))).code).toBe('DECRYPTION_FAILED')
  await database.query('alter table oauth_tokens rename column refresh_token to elsewhere')
  expect((await failureOf(tokens.getAccessToken(client, 'zoho_crm'))).code).toBe('STORE_UNAVAILABLE')
})
