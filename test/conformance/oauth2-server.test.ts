import { OAuthTokenService } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { afterAll, expect, test } from 'vitest'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { CLIENT, KEYS } from '../support/services.ts'
import { credentialsOf, profileAt } from './apps.ts'
import { type App, AuthorizationServer, digestOf } from './authorization-server.ts'
import { BackEnds } from './back-ends.ts'
import type { Granted } from './login.ts'
import { historyOf } from './rotation-history.ts'

// This server takes id and secret out of Basic as they are and decodes nothing, like many.
const apps: readonly App[] = [
  { client_id: '1-a.b_c*', client_secret: 'Az0-._*', token_endpoint_auth_method: 'client_secret_basic' },
  { client_id: '2-a.b_c*', client_secret: '+/=%&~ ', token_endpoint_auth_method: 'client_secret_post' },
]
const ROTATIONS = 20
const database = await freshDatabase()
const server = await AuthorizationServer.start('oauth2-server', apps)
afterAll(() => server.kill())

interface Answer {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly scope: string
}

async function signIn({ client_id, client_secret = '' }: App): Promise<Granted> {
  const form = { grant_type: 'password', username: 'ada', password: 'any', client_id, client_secret }
  const response = await fetch(`${server.url}/token`, { method: 'POST', body: new URLSearchParams(form) })
  const { access_token, refresh_token, expires_in, scope } = (await response.json()) as Answer
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresIn: expires_in,
    scopes: scope.split(' '),
  }
}

test.each(apps)(
  '4 processes rotate at @node-oauth/oauth2-server, each refresh token used once ($token_endpoint_auth_method)',
  async app => {
    await server.clear()
    const granted = await signIn(app)
    const options = {
      database: database.url,
      encryptionKeys: KEYS,
      // It rounds `expires_in` down, so that a token may promise a second less than the one before it.
      policy: {
        storeTimeoutMs: PATIENT_MS,
        windowMs: 59_960,
        windowShare: 1,
        softFactor: 1,
        noProgressMs: 0,
      },
    }
    const profile = profileAt(server.url, app)
    const providers = { acme: { ...credentialsOf(app), profile: genericProvider(profile) } }
    const tokens = await OAuthTokenService.open({ ...options, providers })
    await tokens.storeTokens(CLIENT, 'acme', granted)
    await tokens.close()

    const ends = await BackEnds.start(4, {
      ...options,
      profile,
      app: credentialsOf(app),
      clientId: CLIENT,
      callers: 5,
      accepts: `${server.url}/me`,
    })
    try {
      ends.begin()
      await ends.workUntil(server.overRequests(1 + ROTATIONS))
      const results = await ends.stop()
      expect(results.flatMap(({ failures }) => failures)).toEqual([])
      expect(results.map(({ rejected }) => rejected)).toEqual([0, 0, 0, 0])
      const requests = await server.requests()
      const rotations = requests.length - 1
      const history = historyOf(requests, digestOf(granted.refreshToken))
      expect(history).toEqual({ rotations, refused: 0, usedTwice: 0, overlaps: 0, outOfLine: 0 })
    } finally {
      await ends.kill()
    }
  },
)
