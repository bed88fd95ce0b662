import type { Chapter } from '../chapter.ts'
import { below, counted, same } from '../finding.ts'
import { requestsDuring } from '../token-requests.ts'

/** So slow that a caller who waited for it would show. */
const ANSWER_MS = 500
const LIMIT_MS = 20_000

export const backgroundRefresh: Chapter = {
  title: "Before the token ends, it is refreshed behind the callers' back",
  play: async ({ zoho, cast: [first] }) => {
    await zoho.fault({ kind: 'delay', ms: ANSWER_MS })
    const { result: rush, requests } = await requestsDuring(zoho, () =>
      first.ask('askUntilChanged', LIMIT_MS),
    )
    const slowestMs = Math.round(rush.slowestMs)
    return {
      checks: [
        same('tokens that were handed out, the old and the new', rush.digests.length, 2),
        same('requests to the provider', requests.length, 1),
        below('the longest wait in ms', slowestMs, ANSWER_MS),
        same('errors', rush.errors.join(' '), ''),
      ],
      details: [
        `${counted(requests.length, 'request')}, which the provider took ${ANSWER_MS} ms to answer`,
        `${counted(rush.calls, 'call')} meanwhile, the longest ${slowestMs} ms: nobody waited for it`,
      ],
    }
  },
}
