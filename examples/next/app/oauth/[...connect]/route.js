import { connectRoutes } from 'evergrant/next'
import { currentUser, tokens } from '../../../lib/tokens.js'

export const { GET, POST } = connectRoutes(tokens, {
  providers: {
    acme: { scopes: ['openid', 'offline_access'], parameters: { prompt: 'consent' }, label: 'Acme' },
  },
  clientOf: async () => (await currentUser()).tenant,
  userOf: async () => (await currentUser()).id,
})
