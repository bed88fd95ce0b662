import type { Chapter } from '../chapter.ts'
import { counted, different, same } from '../finding.ts'
import { requestsDuring } from '../token-requests.ts'

export const killedProcess: Chapter = {
  title: 'A process is killed and started again: its token is still there',
  play: async ({ zoho, cast: [first], enter }) => {
    const { digest } = await first.ask('token')
    const { result, requests } = await requestsDuring(zoho, async () => {
      await first.end()
      const again = await enter()
      return { token: await again.ask('token'), pid: again.pid }
    })
    return {
      checks: [
        different('the process', String(result.pid), String(first.pid)),
        same('its token', result.token.digest, digest),
        same('requests to the provider', requests.length, 0),
      ],
      details: [
        `SIGKILL to ${first.pid}; ${result.pid} has the same token ${result.token.digest}, ` +
          counted(requests.length, 'request'),
      ],
    }
  },
}
