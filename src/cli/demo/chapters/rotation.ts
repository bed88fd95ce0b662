import type { Chapter } from '../chapter.ts'
import { counted, different, same } from '../finding.ts'
import { requestsDuring } from '../token-requests.ts'

export const rotation: Chapter = {
  title: 'The provider begins to rotate refresh tokens: each new one is kept',
  play: async ({ zoho, cast: [, second] }) => {
    // Now a refresh token works once, and using it twice ends the grant.
    await zoho.configure({ rotation: 'strict' })
    const { result: between, requests } = await requestsDuring(zoho, async () => {
      await second.ask('refreshNow')
      const row = await second.ask('row')
      await second.ask('refreshNow')
      return row.refreshTokenDigest
    })
    const stored = (await second.ask('row')).refreshTokenDigest
    const rotated = requests.filter(request => request.outcome === 'issued' && request.rotated).length
    const sent = requests.at(-1)?.refreshToken ?? 'nothing'
    return {
      checks: [
        same('requests to the provider', requests.length, 2),
        same('new refresh tokens', rotated, 2),
        same('the refresh token that was sent the second time', sent, between),
        different('the refresh token that is stored now', stored, sent),
      ],
      details: [
        `${counted(requests.length, 'request')}, ${counted(rotated, 'new refresh token')}`,
        `kept ${between}, sent it the next time, and kept ${stored}`,
      ],
    }
  },
}
