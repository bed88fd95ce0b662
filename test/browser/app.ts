import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EvergrantEvent, OAuthTokenService } from 'evergrant'
import { type ConnectedProvider, connectRoutes } from 'evergrant/express'
import { defineProvider } from 'evergrant/providers'
import express from 'express'
import type { Provider } from './provider.ts'

/** An Express app with sign-in, an access log, and the routes under /oauth. */
export interface App extends AsyncDisposable {
  readonly url: string
  readonly tokens: OAuthTokenService
  /** What it asks of the provider; the label can be changed. */
  readonly acme: { -readonly [Name in keyof ConnectedProvider]: ConnectedProvider[Name] }
  /** Method, path and query of each request, as servers log them. */
  readonly accessLog: string[]
  readonly events: EvergrantEvent[]
}

const PAGE = `<!doctype html><title>The app</title><h1>The app</h1>
<form method="post" action="/oauth/connect/acme"><input type="hidden" name="returnTo" value="/settings">
<button>Connect</button></form>`

/** Starts it. `/login?user=…` signs in: each user is of a client of the same name, but `ada-too`, who is of ada's. */
export async function startApp(provider: Provider): Promise<App> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const events: EvergrantEvent[] = []
  const profile = defineProvider({
    name: 'acme',
    authorizationEndpoint: `${provider.url}/auth`,
    tokenEndpoint: `${provider.url}/token`,
    account: { kind: 'answer', member: 'account' },
  })
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    callbackUrl: `${url}/oauth/callback`,
    providers: { acme: { profile, clientId: 'the-app', clientSecret: 'app-secret-canary' } },
    onEvent: event => void events.push(event),
  })
  const acme: App['acme'] = { label: 'Acme' }
  const accessLog: string[] = []

  const app = express()
  app.use((req, _res, next) => {
    accessLog.push(`${req.method} ${req.originalUrl}`)
    next()
  })
  const userOf = (req: express.Request): string | undefined =>
    /(?:^|; )user=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1]
  app.get(
    '/login',
    (req, res) => void res.cookie('user', req.query.user, { httpOnly: true, sameSite: 'lax' }).redirect('/'),
  )
  app.use(
    '/oauth',
    connectRoutes(tokens, {
      providers: { acme },
      clientOf: (req: express.Request) => userOf(req)?.replace('-too', ''),
      userOf,
      returnTo: ['/settings'],
    }),
  )
  app.get('/', (_req, res) => void res.send(PAGE))
  app.get('/settings', (_req, res) => void res.send(PAGE.replace('<h1>The app', '<h1>Settings')))
  server.on('request', app)

  return {
    url,
    tokens,
    acme,
    accessLog,
    events,
    [Symbol.asyncDispose]: async () => {
      await tokens.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
