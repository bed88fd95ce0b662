import type { Judgement } from './judge.ts'
import type { SourceKey, SourceRow } from './source-row.ts'
import type { MovingOutcome, MovingReason, Verdict } from './verdict.ts'

/** A row in a report. */
export interface ReportedRow {
  /** What names it in the source. */
  readonly source: SourceKey
  /** What it is, or would be, here; null: it is not taken. */
  readonly connection: { readonly clientId: string; readonly provider: string } | null
}

/** Rows of one fate. */
export interface ReportedRows {
  /** What became of them. `left`: there is nothing to take. `refused`: there is, and somebody has to look at it. */
  readonly outcome: MovingOutcome
  /** Why, for programs. */
  readonly reason: MovingReason
  /** Why, for people; '' where there is nothing to say. */
  readonly explanation: string
  /** How many there are. */
  readonly count: number
  /** The first of them. */
  readonly rows: readonly ReportedRow[]
}

/** What an import took and what not; no token is in it. */
export interface ImportReport {
  /** Nothing was written: these are the things that would be done. */
  readonly dryRun: boolean
  /** What was read, in words that may be printed. */
  readonly source: string
  /** Rows that were read. */
  readonly rows: number
  /** Connections that were stored. */
  readonly imported: number
  /** Those of them whose access token was of no use: their first call refreshes. */
  readonly withoutAccessToken: number
  /** Connections that are here already. */
  readonly kept: number
  /** Rows with nothing to take. */
  readonly left: number
  /** Rows that could not be taken. */
  readonly refused: number
  /** One entry for each fate that a row had. */
  readonly fates: readonly ReportedRows[]
}

// Explanations may name a provider of the source, and a source may hold any number of those.
const MOST_FATES = 100
const ORDER: readonly MovingOutcome[] = ['imported', 'kept', 'left', 'refused']

/** Counts rows by their fate. */
export class ReportWriter {
  readonly #keysPerFate: number
  readonly #fates = new Map<string, Verdict & { count: number; readonly rows: ReportedRow[] }>()

  constructor(keysPerFate: number) {
    this.#keysPerFate = keysPerFate
  }

  add({ key }: SourceRow, { tokens, verdict }: Judgement): void {
    const fate = this.#fateOf(verdict)
    fate.count += 1
    if (fate.rows.length >= this.#keysPerFate) return
    const connection = tokens === null ? null : { clientId: tokens.clientId, provider: tokens.provider }
    fate.rows.push({ source: key, connection })
  }

  #fateOf(verdict: Verdict): Verdict & { count: number; readonly rows: ReportedRow[] } {
    const { outcome, reason, explanation } = verdict
    const isOneMore = this.#fates.size >= MOST_FATES
    const exact = `${reason} ${explanation}`
    const name = isOneMore && !this.#fates.has(exact) ? reason : exact
    const known = this.#fates.get(name)
    if (known !== undefined) return known
    const fate = { outcome, reason, explanation: name === exact ? explanation : reason, count: 0, rows: [] }
    this.#fates.set(name, fate)
    return fate
  }

  finish(source: string, dryRun: boolean): ImportReport {
    const fates = [...this.#fates.values()].toSorted(
      (one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome),
    )
    const sum = (isMeant: (fate: Verdict) => boolean): number =>
      fates.filter(isMeant).reduce((total, { count }) => total + count, 0)
    return {
      dryRun,
      source,
      rows: sum(() => true),
      imported: sum(({ outcome }) => outcome === 'imported'),
      withoutAccessToken: sum(({ reason }) => reason === 'without_access_token'),
      kept: sum(({ outcome }) => outcome === 'kept'),
      left: sum(({ outcome }) => outcome === 'left'),
      refused: sum(({ outcome }) => outcome === 'refused'),
      fates,
    }
  }
}
