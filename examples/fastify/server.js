// A user connects an account at Acme, any server that speaks OpenID Connect. Run it with
// ISSUER, CLIENT_ID and CLIENT_SECRET; register http://localhost:3000/oauth/callback/acme there.
import { discoverProvider, OAuthTokenService } from 'evergrant'
import { connectRoutes } from 'evergrant/fastify'
import fastify from 'fastify'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env
const profile = await discoverProvider({ name: 'acme', issuer: ISSUER })
const tokens = await OAuthTokenService.open({
  callbackUrl: `http://localhost:${PORT}/oauth/callback`,
  providers: { acme: { profile, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } },
})

const app = fastify()
app.decorateRequest('user', null)
app.addHook('onRequest', async request => {
  request.user = { id: 'ada', tenant: 'smart-tax-nation' } // your sign-in
})
app.register(
  connectRoutes(tokens, {
    providers: {
      acme: { scopes: ['openid', 'offline_access'], parameters: { prompt: 'consent' }, label: 'Acme' },
    },
    clientOf: request => request.user.tenant,
    userOf: request => request.user.id,
  }),
  { prefix: '/oauth' },
)
app.get('/', async (request, reply) => {
  const isConnected = await tokens.hasToken(request.user.tenant, 'acme')
  const button = '<form method="post" action="/oauth/connect/acme"><button>Connect Acme</button></form>'
  return reply.type('text/html').send(isConnected ? 'Acme is connected.' : button)
})
await app.listen({ port: Number(PORT), host: 'localhost' })
console.log(`http://localhost:${PORT}`)
