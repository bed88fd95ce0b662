import { createHash } from 'node:crypto'
import type { Clock } from '../../ports/clock.ts'
import type { ZohoFault } from './faults.ts'

/** One request, as the server saw it. No token in any field. */
export interface LedgerEntry {
  /** Counts from 1. */
  readonly id: number
  /** By the server's wall clock, in ms since the epoch. */
  readonly arrivedAt: number
  /** When the answer left or the connection ended. Null: in flight. */
  readonly endedAt: number | null
  /** The data centre that was asked. */
  readonly location: string
  /** Of HTTP. */
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** `grant_type` of the request; null: none. */
  readonly grantType: string | null
  /** The app's client id, as it was sent. */
  readonly app: string | null
  /** A short digest of the refresh token that was sent: see {@link tokenDigest}. */
  readonly refreshToken: string | null
  /** The number of the grant that the refresh token belongs to. Null: unknown, or none was sent. */
  readonly grant: number | null
  /** What the server did: `issued`, `revoked`, `throttled`, or its error word. Null: nothing. */
  readonly outcome: string | null
  /** Why a token was refused: `unknown`, `revoked`, `replaced`, `reused`, `used`, `expired`, `verifier`. */
  readonly reason: string | null
  /** Whether a successor of the refresh token was given. */
  readonly rotated: boolean
  /** The fault that applied; null: none. */
  readonly fault: ZohoFault['kind'] | null
  /** Null: no answer left. */
  readonly status: number | null
  /** Whether a whole answer left. */
  readonly delivered: boolean
  /** How many other requests with the same refresh token were in flight when this one came. */
  readonly overlaps: number
}

/** The requests to the token endpoint, counted. */
export interface LedgerSummary {
  /** How many reached the token endpoint. */
  readonly requests: number
  /** How many were answered with tokens. */
  readonly issued: number
  /** How many were throttled. */
  readonly throttled: number
  /** Refused because the grant code or the refresh token was no longer good. */
  readonly refused: number
  /** Requests that came while another one with the same refresh token was in flight. */
  readonly overlaps: number
  /** How many met a fault. */
  readonly faults: number
}

/** What the server learns of a request while it works on it. */
export type LedgerNote = Partial<
  Pick<LedgerEntry, 'app' | 'fault' | 'grant' | 'grantType' | 'outcome' | 'reason' | 'rotated'>
>

/** A request in flight. */
export interface LedgerLine {
  note(note: LedgerNote): void
  /** From now on, the request counts as one that uses this refresh token. */
  uses(refreshToken: string): void
  /** The answer left, or the connection ended. Only the first call counts. */
  end(end: { readonly status: number | null; readonly delivered: boolean }): void
}

export const TOKEN_PATH = '/oauth/v2/token'

/** A short digest that tells tokens apart without showing them: what the ledger prints. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12)
}

/** The record of every request: what judges whether clients kept their promises. */
export class Ledger {
  readonly #clock: Clock
  readonly #inFlight = new Map<string, number>()
  #entries: LedgerEntry[] = []
  #count = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries
  }

  clear(): void {
    this.#entries = []
  }

  open(method: string, path: string, location: string): LedgerLine {
    this.#count += 1
    const entry: { -readonly [Key in keyof LedgerEntry]: LedgerEntry[Key] } = {
      id: this.#count,
      arrivedAt: this.#clock.wallMs(),
      endedAt: null,
      location,
      method,
      path,
      grantType: null,
      app: null,
      refreshToken: null,
      grant: null,
      outcome: null,
      reason: null,
      rotated: false,
      fault: null,
      status: null,
      delivered: false,
      overlaps: 0,
    }
    this.#entries.push(entry)
    return {
      note: note => Object.assign(entry, note),
      uses: refreshToken => {
        if (entry.endedAt !== null) return
        entry.refreshToken = tokenDigest(refreshToken)
        entry.overlaps = this.#countInFlight(entry.refreshToken, 1) - 1
      },
      end: end => {
        if (entry.endedAt !== null) return
        Object.assign(entry, end)
        entry.endedAt = this.#clock.wallMs()
        if (entry.refreshToken !== null) this.#countInFlight(entry.refreshToken, -1)
      },
    }
  }

  summary(): LedgerSummary {
    const requests = this.#entries.filter(entry => entry.path === TOKEN_PATH)
    const withOutcome = (outcome: string): number =>
      requests.filter(entry => entry.outcome === outcome).length
    return {
      requests: requests.length,
      issued: withOutcome('issued'),
      throttled: withOutcome('throttled'),
      refused: withOutcome('invalid_code'),
      overlaps: requests.filter(entry => entry.overlaps > 0).length,
      faults: requests.filter(entry => entry.fault !== null).length,
    }
  }

  #countInFlight(digest: string, step: 1 | -1): number {
    const count = (this.#inFlight.get(digest) ?? 0) + step
    if (count === 0) this.#inFlight.delete(digest)
    else this.#inFlight.set(digest, count)
    return count
  }
}
