// A user connects an account at Acme, any server that speaks OpenID Connect. Run it with
// ISSUER, CLIENT_ID and CLIENT_SECRET; register http://localhost:3000/oauth/callback/acme there.
import { discoverProvider, OAuthTokenService } from 'evergrant'
import { connectRoutes } from 'evergrant/express'
import express from 'express'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env
const profile = await discoverProvider({ name: 'acme', issuer: ISSUER })
const tokens = await OAuthTokenService.open({
  callbackUrl: `http://localhost:${PORT}/oauth/callback`,
  providers: { acme: { profile, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } },
})

const app = express()
app.use((req, _res, next) => {
  req.user = { id: 'ada', tenant: 'smart-tax-nation' } // your sign-in
  next()
})
app.use(
  '/oauth',
  connectRoutes(tokens, {
    providers: {
      acme: { scopes: ['openid', 'offline_access'], parameters: { prompt: 'consent' }, label: 'Acme' },
    },
    clientOf: req => req.user.tenant,
    userOf: req => req.user.id,
  }),
)
app.get('/', async (req, res) => {
  const isConnected = await tokens.hasToken(req.user.tenant, 'acme')
  const button = '<form method="post" action="/oauth/connect/acme"><button>Connect Acme</button></form>'
  res.send(isConnected ? 'Acme is connected.' : button)
})
app.listen(Number(PORT), 'localhost', () => console.log(`http://localhost:${PORT}`))
