import type { Chapter } from '../chapter.ts'
import { CLIENT_ID } from '../connection.ts'
import { same } from '../finding.ts'
import { tokenRequests } from '../token-requests.ts'

export const seed: Chapter = {
  title: 'The grant comes from the environment',
  play: async ({ zoho, cast: [first] }) => {
    const rows = await first.ask('rows')
    const hasToken = await first.ask('hasToken')
    const requests = (await tokenRequests(zoho)).length
    return {
      checks: [
        same('rows in the database', rows, 0),
        same('a token is available', hasToken, true),
        same('requests to the provider', requests, 0),
      ],
      details: [`ZOHO_REFRESH_TOKEN for ${CLIENT_ID}; ${rows} rows and ${requests} requests so far`],
    }
  },
}
