import type { Chapter } from '../chapter.ts'
import { counted, same } from '../finding.ts'
import { requestsDuring } from '../token-requests.ts'

export const firstToken: Chapter = {
  title: 'The first token takes one request to the provider',
  play: async ({ zoho, cast: [first] }) => {
    const { result: token, requests } = await requestsDuring(zoho, () => first.ask('token'))
    const planted = first.events.some(event => event.type === 'seeded')
    const status = await first.ask('useToken')
    return {
      checks: [
        same('requests to the provider', requests.length, 1),
        same('the seed was stored', planted, true),
        same("the API's answer to the token", status, 200),
      ],
      details: [
        `${counted(requests.length, 'request')}, ${Math.round(token.waitedMs)} ms; ` +
          `token ${token.digest}, and the API takes it (${status})`,
      ],
    }
  },
}
