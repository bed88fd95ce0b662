import type { Chapter } from '../chapter.ts'
import { counted, same } from '../finding.ts'
import { requestsDuring } from '../token-requests.ts'

export const secondProcess: Chapter = {
  title: 'Another process gets the same token from the database',
  play: async ({ zoho, cast: [first, second] }) => {
    const { digest } = await first.ask('token')
    const { result: token, requests } = await requestsDuring(zoho, () => second.ask('token'))
    return {
      checks: [
        same('token of the other process', token.digest, digest),
        same('requests to the provider', requests.length, 0),
      ],
      details: [
        `process ${second.pid} after ${first.pid}: token ${token.digest}, ` +
          `${counted(requests.length, 'request')}, ${Math.round(token.waitedMs)} ms`,
      ],
    }
  },
}
