// The npm package oidc-provider in a process of its own, on loopback, with rotating refresh tokens and reuse
// detection, or with refresh tokens that stay and are not said again. Nothing of it is ours but its settings, the faults that tests ask for, and the log. Its state is in
// memory: another process has forgotten everything.
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import Provider from 'oidc-provider'
import { nextOrder, obey, outcomeOf, say } from './token-log.js'

const { port, apps, rotates } = JSON.parse(process.argv[2])

/** What tests change while it runs. */
const settings = {
  accessTokenSeconds: 60,
  deviceCodeSeconds: 600,
  /** What answers say instead of their own `expires_in`. */
  expiresIn: null,
  /** How long a token request is under way before it is worked on. */
  latencyMs: 0,
  /**
   * What happens to token requests. `lost_request`: no work is done, and the client waits until it gives up. Held
   * until `release`: `slow_work` right before the refresh token is spent, `slow_answer` after that.
   */
  fault: 'none',
}
let release = new AbortController()

const server = createServer()
server.listen(port, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${server.address().port}`

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
const provider = new Provider(url, {
  clients: apps.map(app => ({
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['https://back-end.example/callback'],
    id_token_signed_response_alg: 'ES256',
    ...app,
  })),
  rotateRefreshToken: rotates,
  // Else an access token is taken 15 s longer than it lives.
  clockTolerance: 0,
  pkce: { required: () => true },
  jwks: { keys: [{ ...signingKey, kid: 'signing', use: 'sig', alg: 'ES256' }] },
  cookies: { keys: ['only for tests'] },
  claims: { email: ['email'], profile: ['name'] },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => ({ audience: resource, scope: 'api:read api:write' }),
    },
  },
  scopes: ['openid', 'offline_access', 'api:read', 'api:write'],
  // Asked for after all checks of a refresh token, right before it is spent.
  findAccount: async (ctx, accountId) => {
    if (ctx.oidc.route === 'token') await holdFor('slow_work', ctx)
    const claims = { sub: accountId, name: accountId, email: `${accountId}@back-end.example` }
    return { accountId, claims: () => claims }
  },
  ttl: {
    AccessToken: () => settings.accessTokenSeconds,
    AuthorizationCode: 60,
    DeviceCode: () => settings.deviceCodeSeconds,
    ClientCredentials: () => settings.accessTokenSeconds,
    Grant: 86_400,
    IdToken: 3_600,
    Interaction: 600,
    RefreshToken: 86_400,
    Session: 86_400,
  },
})
provider.on('grant.revoked', () => say({ kind: 'grant_revoked' }))
provider.on('server_error', (_, error) => say({ kind: 'server_error', message: `${error.stack}` }))
provider.use(async (ctx, next) => {
  if (ctx.method !== 'POST' || ctx.path !== '/token') return next()
  const beganAt = nextOrder()
  const closed = once(ctx.res, 'close')
  const outcome = await worked(ctx, next)
  void closed.then(() => say({ kind: 'token_request', entry: { beganAt, endedAt: nextOrder(), ...outcome } }))
})
server.on('request', provider.callback())

/** Lets the provider work, with the fault that a test asked for; what came of it. */
async function worked(ctx, next) {
  if (settings.fault === 'lost_request') {
    say({ kind: 'held', by: Number(ctx.query.process) })
    await once(ctx.res, 'close')
    ctx.respond = false
    return outcomeOf()
  }
  await pause(settings.latencyMs)
  await next()
  if (!rotates && ctx.oidc.params?.grant_type === 'refresh_token') delete ctx.body.refresh_token
  if (settings.expiresIn !== null && ctx.body.access_token) ctx.body.expires_in = settings.expiresIn
  const outcome = outcomeOf(ctx.oidc.params, ctx.body)
  await holdFor('slow_answer', ctx)
  return outcome
}

async function holdFor(fault, ctx) {
  if (settings.fault !== fault) return
  say({ kind: 'held', by: Number(ctx.query.process) })
  await once(release.signal, 'abort')
}

obey({
  configure: changes => Object.assign(settings, changes),
  release: () => {
    settings.fault = 'none'
    release.abort()
    release = new AbortController()
  },
  withdrawScope: async ({ refreshToken, scope }) => {
    const { grantId } = await provider.RefreshToken.find(refreshToken)
    const grant = await provider.Grant.find(grantId)
    grant.rejectOIDCScope(scope)
    await grant.save()
  },
})
say({ kind: 'ready', url })
