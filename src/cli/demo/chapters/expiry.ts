import { systemClock } from 'evergrant/admin'
import type { Chapter } from '../chapter.ts'
import { counted, different, same } from '../finding.ts'
import { TOKEN_LIFETIME_MS } from '../stage.ts'
import { ageOfLastToken, requestsDuring } from '../token-requests.ts'

/** Of the token that comes now: the next line needs the time. */
export const LONGER_LIFETIME_MS = 8_000
const CALLERS = 50
const ANSWER_MS = 300
/** The clock of a database counts whole milliseconds, and the last of them still counts as alive. */
const JUST_AFTER_MS = 20

export const expiry: Chapter = {
  title: 'The token has expired, and 200 callers ask at once: one request',
  play: async ({ zoho, cast }) => {
    const { digest: expired } = await cast[0].ask('token')
    await zoho.configure({ accessTokenLifetimeMs: LONGER_LIFETIME_MS })
    await zoho.fault({ kind: 'delay', ms: ANSWER_MS })
    const leftMs = TOKEN_LIFETIME_MS - (await ageOfLastToken(zoho))
    await systemClock.delay(leftMs + JUST_AFTER_MS)

    const { result: rushes, requests } = await requestsDuring(zoho, () =>
      Promise.all(cast.map(actor => actor.ask('rush', CALLERS))),
    )
    const calls = rushes.reduce((sum, rush) => sum + rush.calls, 0)
    const digests = new Set(rushes.flatMap(rush => rush.digests))
    const errors = rushes.flatMap(rush => rush.errors)
    const slowestMs = Math.round(Math.max(...rushes.map(rush => rush.slowestMs)))
    return {
      checks: [
        same('requests to the provider', requests.length, 1),
        same('callers', calls, 200),
        same('errors', errors.join(' '), ''),
        same('tokens that were handed out', digests.size, 1),
        different('the token that was handed out', [...digests].join(' '), expired),
      ],
      details: [
        `${cast.length} processes × ${CALLERS} callers: ${counted(requests.length, 'request')}, ` +
          `${counted(digests.size, 'token')} for all (${[...digests].join(' ')})`,
        `${counted(errors.length, 'error')}; the slowest had it after ${slowestMs} ms, the provider took ${ANSWER_MS} ms`,
      ],
    }
  },
}
