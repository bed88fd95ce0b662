import { systemClock } from 'evergrant/admin'
import type { Chapter } from '../chapter.ts'
import { counted, same } from '../finding.ts'
import { ageOfLastToken, requestsDuring } from '../token-requests.ts'
import { LONGER_LIFETIME_MS } from './expiry.ts'

/** How much life the token has left when the provider comes back: well inside its window. */
const LEFT_MS = 2_000
const LIMIT_MS = 20_000
const HOUR_MS = 3_600_000

export const outage: Chapter = {
  title: 'The provider goes down while the token is due: callers notice nothing',
  play: async ({ zoho, cast }) => {
    await zoho.fault({ kind: 'server_error' }, { times: 3 })
    await zoho.fault({ kind: 'drop' }, { times: 'until_cleared' })
    const asking = Promise.all(cast.map(actor => actor.ask('askUntilChanged', LIMIT_MS)))
    // What it says is heard below; a failure before that is not to end the demo unheard.
    asking.catch(() => {})
    const { result: status, requests: failed } = await requestsDuring(zoho, async () => {
      await systemClock.delay(LONGER_LIFETIME_MS - LEFT_MS - (await ageOfLastToken(zoho)))
      return cast[3].ask('useToken')
    })
    // It comes back as Zoho is: its tokens live an hour.
    await zoho.configure({ accessTokenLifetimeMs: HOUR_MS })
    await zoho.clearFaults()
    const rushes = await asking
    const calls = rushes.reduce((sum, rush) => sum + rush.calls, 0)
    const errors = rushes.flatMap(rush => rush.errors)
    const slowestMs = Math.round(Math.max(...rushes.map(rush => rush.slowestMs)))
    return {
      checks: [
        same('failed requests: some', failed.length > 0 && failed.every(({ fault }) => fault !== null), true),
        same('errors', errors.join(' '), ''),
        same("the API's answer to the token meanwhile", status, 200),
        same('tokens, before and after', new Set(rushes.flatMap(rush => rush.digests)).size, 2),
      ],
      details: [
        `${counted(failed.length, 'request')} failed (500, dropped connections), until ${LEFT_MS / 1_000} s before the end`,
        `${counted(calls, 'call')} from ${cast.length} processes: ${counted(errors.length, 'error')}, the longest ${slowestMs} ms`,
      ],
    }
  },
}
