// The npm package @node-oauth/oauth2-server in a process of its own, on loopback. How it reads requests, tells
// clients apart, rotates refresh tokens and writes answers is its own; it leaves the storage to its user, here a
// Map in memory.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import OAuth2Server from '@node-oauth/oauth2-server'
import { nextOrder, obey, outcomeOf, say } from './token-log.js'

const { port, apps } = JSON.parse(process.argv[2])
const tokens = new Map()

const oauth = new OAuth2Server({
  accessTokenLifetime: 60,
  refreshTokenLifetime: 86_400,
  model: {
    getClient: (id, secret) => {
      const app = apps.find(({ client_id, client_secret }) => client_id === id && client_secret === secret)
      return app === undefined ? null : { id, grants: ['password', 'refresh_token'] }
    },
    getUser: name => ({ name }),
    validateScope: (_user, _client, scope) => scope ?? ['calendar', 'contacts'],
    saveToken: (token, client, user) => {
      const saved = { ...token, client, user }
      tokens.set(token.accessToken, saved)
      tokens.set(token.refreshToken, saved)
      return saved
    },
    getAccessToken: accessToken => tokens.get(accessToken),
    getRefreshToken: refreshToken => tokens.get(refreshToken),
    // Whether it was there: of two that spend one refresh token, the second is refused.
    revokeToken: ({ refreshToken }) => tokens.delete(refreshToken),
  },
})

async function handle(request, response) {
  const isTokenRequest = request.url.split('?')[0] === '/token'
  const beganAt = nextOrder()
  const body = Object.fromEntries(new URLSearchParams(await text(request)))
  const { method, headers } = request
  const asked = new OAuth2Server.Request({ method, headers, query: {}, body })
  const answer = new OAuth2Server.Response({})
  try {
    await (isTokenRequest ? oauth.token(asked, answer) : oauth.authenticate(asked, answer))
  } catch (error) {
    // The package has written it into the answer, but for what is missing entirely.
    answer.status = error.code ?? 500
  }
  response.writeHead(answer.status ?? 200, { ...answer.headers, 'content-type': 'application/json' })
  response.end(JSON.stringify(answer.body ?? {}))
  if (!isTokenRequest) return
  const outcome = outcomeOf(body, answer.body)
  response.once('close', () =>
    say({ kind: 'token_request', entry: { beganAt, endedAt: nextOrder(), ...outcome } }),
  )
}

const server = createServer(handle)
server.listen(port, '127.0.0.1')
await once(server, 'listening')
obey({ configure: () => {} })
say({ kind: 'ready', url: `http://127.0.0.1:${server.address().port}` })
