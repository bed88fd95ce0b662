// A user connects an account at Acme, any server that speaks OpenID Connect. Run it with
// ISSUER, CLIENT_ID and CLIENT_SECRET; register http://localhost:3000/oauth/callback/acme there.
import { serve } from '@hono/node-server'
import { discoverProvider, OAuthTokenService } from 'evergrant'
import { connectRoutes } from 'evergrant/hono'
import { Hono } from 'hono'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env
const profile = await discoverProvider({ name: 'acme', issuer: ISSUER })
const tokens = await OAuthTokenService.open({
  callbackUrl: `http://localhost:${PORT}/oauth/callback`,
  providers: { acme: { profile, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } },
})

const app = new Hono()
app.use(async (c, next) => {
  c.set('user', { id: 'ada', tenant: 'smart-tax-nation' }) // your sign-in
  await next()
})
app.all(
  '/oauth/*',
  connectRoutes(tokens, {
    providers: {
      acme: { scopes: ['openid', 'offline_access'], parameters: { prompt: 'consent' }, label: 'Acme' },
    },
    clientOf: c => c.get('user').tenant,
    userOf: c => c.get('user').id,
  }),
)
app.get('/', async c => {
  const isConnected = await tokens.hasToken(c.get('user').tenant, 'acme')
  const button = '<form method="post" action="/oauth/connect/acme"><button>Connect Acme</button></form>'
  return c.html(isConnected ? 'Acme is connected.' : button)
})
serve({ fetch: app.fetch, port: Number(PORT), hostname: 'localhost' }, () =>
  console.log(`http://localhost:${PORT}`),
)
