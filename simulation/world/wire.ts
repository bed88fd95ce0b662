import { hasSlept, type Moment, momentOf } from '../../src/ports/moment.ts'
import {
  TOO_LATE,
  type Transport,
  type TransportAnswer,
  type TransportRequest,
} from '../../src/ports/transport.ts'
import { clientOf, type Happening } from '../history.ts'
import type { AuthorizationServer, Verdict } from './authorization-server.ts'
import type { Dice } from './dice.ts'
import type { Machine } from './machine.ts'
import type { Scheduler } from './scheduler.ts'

/** What may befall a request. */
export type Mishap =
  | 'none'
  | 'no connection'
  | 'lost on its way there'
  | 'overloaded'
  | 'throttled'
  | 'refused without cause'
  | 'lost on its way back'
  | 'cut'
  | 'gateway error'
  | 'error beside the tokens'
  | 'odd answer'
  | 'wrong app credentials'

/** How the provider and the way to it behave. */
export interface WireHabits {
  readonly delaysMs: readonly [number, ...number[]]
  readonly mishaps: readonly (readonly [number, Mishap])[]
}

export interface WireParts {
  readonly machine: Machine
  readonly scheduler: Scheduler
  readonly dice: Dice
  readonly server: AuthorizationServer
  /** What stands for the app's own credentials. */
  readonly appToken: string
  readonly lifetimeMs: number
  readonly habits: () => WireHabits
  readonly nextRequest: () => number
  readonly passed: (point: string, machine: string) => void
  readonly record: (happening: Happening) => void
}

/** The way from a process to the token endpoint. */
export function wireOf(parts: WireParts): Transport {
  return {
    send: request => new Promise(resolve => new Posting(parts, request, resolve).begin()),
    close: async () => {},
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' }

/** One POST and what becomes of it. */
class Posting {
  readonly #parts: WireParts
  readonly #request: TransportRequest
  readonly #tell: (answer: TransportAnswer) => void
  readonly #form: URLSearchParams
  readonly #number: number
  readonly #mishap: Mishap
  readonly #begunAt: Moment
  #deadline = Infinity
  #sent = false
  #received = false
  #over = false

  constructor(parts: WireParts, request: TransportRequest, tell: (answer: TransportAnswer) => void) {
    this.#parts = parts
    this.#request = request
    this.#tell = tell
    this.#form = new URLSearchParams(request.body)
    this.#number = parts.nextRequest()
    this.#begunAt = momentOf(parts.machine.clock)
    this.#mishap = parts.dice.weighted(parts.habits().mishaps)
  }

  begin(): void {
    const { machine, passed } = this.#parts
    // Who stands still at this step does so on either side of the look at the lease.
    if (this.#number % 2 === 0) this.#connect()
    passed('connecting', machine.name)
    if (this.#number % 2 === 0) return
    if (machine.isFrozen) machine.deliver(0, () => this.#connect())
    else this.#connect()
  }

  #connect(): void {
    const { machine } = this.#parts
    const { timeoutMs, until = Infinity } = this.#request
    this.#deadline = machine.clock.monotonicMs() + timeoutMs
    if (this.#deadline > until) {
      this.#end({ kind: 'unsent', reason: TOO_LATE })
      return
    }
    machine.deliver(timeoutMs, () => this.#giveUp())
    machine.deliver(this.#travelMs(), () => {
      if (this.#mishap === 'no connection') this.#end({ kind: 'unsent', reason: 'ECONNREFUSED' })
      // The deadline counts for the first byte, too: a process that was frozen since does not send any more.
      else if (machine.clock.monotonicMs() >= this.#deadline) this.#giveUp()
      // Nor one whose machine slept, of which its monotonic clock knows nothing.
      else if (until < Infinity && hasSlept(this.#begunAt, machine.clock))
        this.#end({ kind: 'unsent', reason: TOO_LATE })
      else this.#send()
    })
  }

  #send(): void {
    if (this.#over) return
    const { machine, scheduler, record, passed } = this.#parts
    this.#sent = true
    const refresh = this.#askedWith()
    if (refresh !== null) {
      const [request, client, deadline] = [this.#number, clientOf(refresh), scheduler.now + this.#restMs()]
      record({ kind: 'request', request, machine: machine.name, client, refresh, deadline })
    }
    passed('request sent', machine.name)
    if (this.#mishap === 'lost on its way there') return
    scheduler.after(this.#travelMs(), () => this.#serve(refresh))
  }

  #serve(refresh: string | null): void {
    const { server, scheduler, machine, passed } = this.#parts
    if (refresh === null) {
      server.revoke(this.#form.get('token') ?? '')
      this.#answer(200, '{}')
      return
    }
    const early = this.#refusedEarly(refresh)
    if (early !== null) {
      this.#answer(early.status, early.body)
      return
    }
    const verdict = server.refresh(this.#number, refresh, scheduler.now)
    passed('request served', machine.name)
    if (this.#mishap === 'lost on its way back') return
    if (verdict.kind !== 'issued') {
      this.#answer(400, REFUSALS[verdict.kind])
      return
    }
    this.#answerIssued(verdict)
  }

  /** What is answered without a look at the refresh token. */
  #refusedEarly(refresh: string): { readonly status: number; readonly body: string } | null {
    switch (this.#mishap) {
      case 'overloaded':
        return { status: 503, body: '<html>busy</html>' }
      case 'throttled':
        return { status: 429, body: '{"error":"slow_down"}' }
      case 'wrong app credentials':
        return { status: 401, body: '{"error":"invalid_client"}' }
      case 'refused without cause':
        this.#parts.record({
          kind: 'fault',
          fault: 'refused without cause',
          machine: refresh,
          ms: 0,
        })
        return { status: 400, body: REFUSALS.refused }
      default:
        return null
    }
  }

  #answerIssued({ access, successor }: Extract<Verdict, { kind: 'issued' }>): void {
    const { dice, lifetimeMs } = this.#parts
    const rotated = successor === null ? {} : { refresh_token: successor }
    const expires = { expires_in: lifetimeMs / 1_000 }
    const whole = { access_token: access, token_type: 'Bearer', ...expires, ...rotated }
    const text = JSON.stringify(dice.chance(0.5) ? whole : { ...rotated, ...whole })
    switch (this.#mishap) {
      case 'gateway error':
        this.#answer(502, '<html>bad gateway</html>')
        return
      case 'cut':
        this.#receive({ kind: 'cut', reason: 'ECONNRESET', status: 200, body: bytes(this.#cut(text)) })
        return
      case 'error beside the tokens':
        this.#answer(200, JSON.stringify({ error: 'server_error', ...rotated }))
        return
      case 'odd answer':
        this.#answer(200, JSON.stringify({ access_token: 'sp\u00e4t', ...expires, ...rotated }))
        return
      default:
        this.#answer(200, text)
        return
    }
  }

  // Somewhere, or right behind the refresh token.
  #cut(text: string): string {
    const behind = text.indexOf('"', text.indexOf('"refresh_token":"') + 17) + 1
    const { dice } = this.#parts
    return text.slice(0, dice.chance(0.5) && behind > 17 ? behind : dice.between(0, text.length - 1))
  }

  #answer(status: number, body: string): void {
    this.#receive({ kind: 'answered', status, headers: new Headers(JSON_HEADERS), body: bytes(body) })
  }

  #receive(answer: TransportAnswer): void {
    const { scheduler, machine, passed } = this.#parts
    scheduler.after(this.#travelMs(), () => {
      this.#received = true
      passed('answer received', machine.name)
      machine.deliver(0, () => this.#end(answer))
    })
  }

  #giveUp(): void {
    // An answer that lies in the socket at the deadline is still read.
    if (this.#received) return
    this.#end(
      this.#sent
        ? { kind: 'cut', reason: 'TIMEOUT', status: null, body: new Uint8Array() }
        : { kind: 'unsent', reason: 'TIMEOUT' },
    )
  }

  #end(answer: TransportAnswer): void {
    if (this.#over) return
    this.#over = true
    const { machine, record } = this.#parts
    if (this.#askedWith() !== null) {
      const carried = answer.kind === 'unsent' ? null : carriedIn(answer.body)
      const detail = answer.kind === 'answered' ? String(answer.status) : answer.reason
      record({
        kind: 'answer',
        request: this.#number,
        machine: machine.name,
        how: answer.kind,
        detail,
        carried,
      })
    }
    this.#tell(answer)
  }

  /** What new tokens are asked for with; null: they are not. */
  #askedWith(): string | null {
    const isOfApp = this.#form.get('grant_type') === 'client_credentials'
    return isOfApp ? this.#parts.appToken : this.#form.get('refresh_token')
  }

  #restMs(): number {
    return this.#deadline - this.#parts.machine.clock.monotonicMs()
  }

  #travelMs(): number {
    return this.#parts.dice.pick(this.#parts.habits().delaysMs)
  }
}

const REFUSALS = { refused: '{"error":"invalid_grant"}', 'too early': '{"error":"temporarily_unavailable"}' }

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The whole refresh token among bytes that were received. */
function carriedIn(body: Uint8Array): string | null {
  return /"refresh_token":"([^"]+)"/.exec(new TextDecoder().decode(body))?.[1] ?? null
}
