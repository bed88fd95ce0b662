import { setTimeout as pause } from 'node:timers/promises'
import type { LedgerEntry, ZohoFault } from 'evergrant/testing'
import { Aims } from '../aims.ts'
import { inSlots, steadyCrew } from '../cycles.ts'
import type { Evidence } from '../evidence.ts'
import { HttpTap } from '../http-tap.ts'
import type { ModeDefinition, Scene, Site } from '../mode.ts'
import { ANSWER_MS, LIFETIME_MS, policy } from '../plan.ts'
import type { Draw } from '../random.ts'
import { type Tap, TcpProxy, type Wire } from '../tcp-proxy.ts'
import { digestOf } from '../written-twice.ts'

/** A provider that answers all that a provider should not, and a network on the way to it that cuts. */
export const provider: ModeDefinition = {
  cycles: {
    short: { static: 20, window: 20, strict: 40 },
    full: { static: 300, window: 300, strict: 600 },
  },
  promises: { losesNothing: false, failsNobody: false },
  open: async ({ zoho }: Site) => {
    const wires = new TcpProxy(zoho.port)
    const aims = new Aims<Strike>()
    let crew: Scene['place']['crew'] | null = null
    wires.tapOf = wire => tapOf(wire, aims, (how, digest) => crew?.noteCut(how, Date.now(), digest))
    await wires.listen()
    return {
      provider: `http://127.0.0.1:${wires.port}`,
      disturb: async scene => {
        crew = scene.place.crew
        await disturb(scene, aims)
      },
      close: () => wires.close(),
    }
  },
  objections: spentTooEarly,
}

/** What befalls one request on its way, or its answer. */
const STRIKES = ['reset before', 'reset after', 'swallowed', 'unanswered', 'dripped'] as const
type Strike = (typeof STRIKES)[number]
/** A byte of a dripped answer comes so often: the whole takes far longer than a request may. */
const DRIP_MS = 50

const html = (status: number): ZohoFault => ({
  kind: 'custom',
  status,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Sign in</title>',
})
const unavailable = (retryAfter: string): ZohoFault => ({
  kind: 'custom',
  status: 503,
  headers: { 'retry-after': retryAfter },
  body: '',
})
const RETRY_AFTER = [
  '1',
  '0',
  '-1',
  '1e9',
  '99999999999',
  'Wed, 21 Oct 2099 07:28:00 GMT',
  'soon',
  '',
] as const

/** Everything that the provider itself can get wrong. */
function faultOf(draw: Draw): ZohoFault {
  const plain = ['server_error', 'bad_gateway', 'throttled', 'empty', 'garbage', 'hang', 'drop'] as const
  const done = ['lost_answer', 'headers_only', 'cut_body'] as const
  switch (draw.pick(['plain', 'done', 'limited', 'unavailable', 'html', 'error'])) {
    case 'plain':
      return { kind: draw.pick(plain) }
    case 'done':
      return { kind: draw.pick(done) }
    case 'limited':
      return { kind: 'too_many_requests', retryAfter: draw.pick(RETRY_AFTER) }
    case 'unavailable':
      return unavailable(draw.pick(RETRY_AFTER))
    case 'html':
      return html(draw.pick([200, 403, 500, 502, 504]))
    case 'error':
      return { kind: 'error', error: draw.pick(['general_error', 'no_such_word']) }
  }
}

async function disturb(scene: Scene, aims: Aims<Strike>): Promise<void> {
  const { crew, zoho } = scene.place
  await steadyCrew(scene, 3)
  await inSlots(1, scene, async (_, draw) => {
    if (draw.chance(0.4)) return void (await aims.next(draw.pick(STRIKES)))
    const fault = faultOf(draw)
    const at = Date.now()
    await zoho.clearFaults()
    await zoho.fault(fault, { times: Math.ceil(draw.between(0, 5)) })
    await zoho.fault({ kind: 'delay', ms: ANSWER_MS }, { times: 'until_cleared' })
    await pause(draw.between(100, 400))
    crew.noteFault(fault.kind, at)
  })
  await zoho.clearFaults()
  await zoho.fault({ kind: 'delay', ms: ANSWER_MS }, { times: 'until_cleared' })
}

function tapOf(wire: Wire, aims: Aims<Strike>, note: (how: Strike, digest: string) => void): Tap {
  let struck: Strike | null = null
  return new HttpTap(
    refreshToken => {
      struck = aims.take(() => true)
      if (struck === null) return true
      note(struck, digestOf(refreshToken))
      if (struck === 'unanswered') wire.flow.down = { kind: 'lost' }
      if (struck === 'dripped') wire.flow.down = { kind: 'sliced', everyMs: DRIP_MS }
      if (struck === 'reset before') wire.cut('reset')
      return struck !== 'swallowed' && struck !== 'reset before'
    },
    () => {
      if (struck !== 'reset after') return true
      wire.cut('reset')
      return false
    },
  )
}

/** Clocks and wires between two processes of one busy machine. */
const TOLERANCE_MS = 500

/**
 * A refresh token that was replaced, with the answer lost, must not come again while the access token before it works:
 * the second use ends the grant, and with it that access token.
 */
export function spentTooEarly({ rotation, ledger }: Evidence): readonly string[] {
  if (rotation !== 'strict') return []
  const requests = ledger.filter(entry => entry.grantType === 'refresh_token' && entry.grant !== null)
  const issued = requests.filter(({ outcome }) => outcome === 'issued')
  return requests.flatMap(again => {
    const spent = issued.find(one => isEarlierUse(one, again))
    const before = spent && issued.findLast(one => one.grant === spent.grant && one.id < spent.id)
    if (before === undefined) return []
    const leftMs = before.arrivedAt + LIFETIME_MS - policy.servableFloorMs - again.arrivedAt
    return leftMs <= TOLERANCE_MS
      ? []
      : [`request ${again.id} sent a refresh token again ${leftMs} ms before the access token had expired`]
  })
}

function isEarlierUse(one: LedgerEntry, again: LedgerEntry): boolean {
  return (
    one.rotated && one.id < again.id && one.grant === again.grant && one.refreshToken === again.refreshToken
  )
}
