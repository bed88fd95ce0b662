import { createHash } from 'node:crypto'
import { setImmediate as breath } from 'node:timers/promises'
import { systemClock } from '../../clock.ts'
import { EvergrantError, StoreUnavailableError } from '../../errors.ts'
import { storeImported } from '../../importing.ts'
import { type NamesOf, refuseUnknownNames } from '../../known-names.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConnectionKey } from '../../ports/store.ts'
import { assemblyOf, type OAuthTokenService } from '../../service.ts'
import { type Judgement, judge, type Surroundings } from './judge.ts'
import { type ImportReport, ReportWriter } from './report.ts'
import type { RowSource, SourceRow } from './source-row.ts'
import { type ImportSource, openRowSource } from './sources.ts'
import { refreshedHere, refused, thereAlready } from './verdict.ts'

/** How rows of a source are taken over. */
export interface ImportFromOptions {
  /** Say what would be done, and write nothing. Default true: pass false to do it. */
  readonly dryRun?: boolean | undefined
  /**
   * Replace connections that are here, but for those that Evergrant has refreshed since: what the source holds may
   * be a refresh token that was used up. Default false: all of them are kept.
   */
  readonly overwrite?: boolean | undefined
  /**
   * Our names of providers by the source's: `{ zoho: 'zoho_crm' }`. Rows of others are left alone. Default: the names
   * are the same, and all rows are taken.
   */
  readonly providers?: Readonly<Record<string, string>> | undefined
  /** How many rows the report names for each fate. Default 20. */
  readonly keysPerFate?: number | undefined
  /** Is told how far it is. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  /** Ends it between two rows; what is stored stays stored. */
  readonly signal?: AbortSignal | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** How far an import is. */
export interface ImportProgress {
  /** Rows that are done; while `total` is null, rows that were read. */
  readonly done: number
  /** Null: they are being counted, and looked through for two rows of one connection. */
  readonly total: number | null
  /** Connections that were stored so far; with `dryRun`, would be. */
  readonly imported: number
}

const NAMES: NamesOf<ImportFromOptions> = {
  dryRun: true,
  overwrite: true,
  providers: true,
  keysPerFate: true,
  onProgress: true,
  signal: true,
  clock: true,
}

/** Writes at a time: a pool of a few connections has some left for everybody else. */
const WRITERS = 4

/**
 * Takes over the connections of another system. The source is read only, twice: once to count its rows and to find
 * two that are for one connection, which are both refused. No provider is asked. What is here already is kept, so an
 * import that broke off is run again.
 * @throws InvalidInputError the source is none, or an option is wrong; nothing was written
 * @throws StoreUnavailableError source or store do not answer; run it again, and what is stored is kept
 */
export async function importFrom(
  service: OAuthTokenService,
  source: ImportSource,
  options: ImportFromOptions = {},
): Promise<ImportReport> {
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'importFrom()', noun: 'option' })
  const surroundings = await surroundingsOf(service, options.providers)
  await using rows = await openRowSource(source)
  // Awaited here: the source is closed when this function is left.
  return await new Moving(service, rows, surroundings, options).run()
}

async function surroundingsOf(
  service: OAuthTokenService,
  given: Readonly<Record<string, string>> | undefined,
): Promise<Surroundings> {
  const assembly = await assemblyOf(service)
  const { cipher } = assembly.ports
  const names = new Set(assembly.providers.names)
  const providers = given === undefined ? null : new Map(Object.entries(given))
  // Refused here, because it is a mistake in the call and not in the rows.
  for (const name of providers?.values() ?? []) assembly.providers.get(name)
  return {
    providers,
    knows: provider => names.has(provider),
    checkMetadata: (provider, metadata) => {
      const { tokenEndpoint } = assembly.providers.get(provider).profile
      if (typeof tokenEndpoint !== 'string') tokenEndpoint(metadata)
    },
    appIdOf: ({ provider }) => assembly.configuredApp(provider)?.clientId ?? null,
    isSealed: text => cipher.isSealed(text),
  }
}

/** One import: the source is read twice, see {@link importFrom}. */
class Moving {
  readonly #service: OAuthTokenService
  readonly #source: RowSource
  readonly #surroundings: Surroundings
  readonly #options: ImportFromOptions
  readonly #clock: Clock
  readonly #report: ReportWriter
  readonly #seen = new Set<string>()
  readonly #repeated = new Set<string>()
  #total = 0
  #done = 0
  #imported = 0

  constructor(
    service: OAuthTokenService,
    source: RowSource,
    surroundings: Surroundings,
    options: ImportFromOptions,
  ) {
    this.#service = service
    this.#source = source
    this.#surroundings = surroundings
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#report = new ReportWriter(options.keysPerFate ?? 20)
  }

  async run(): Promise<ImportReport> {
    await this.#source.read(async rows => {
      for (const row of rows) this.#count(row)
      this.#options.onProgress?.({ done: this.#total, total: null, imported: 0 })
      await breath()
    })
    this.#seen.clear()
    await this.#source.read(async rows => {
      const judgements = await this.#moved(rows)
      rows.forEach((row, index) => {
        const judgement = judgements[index]
        if (judgement !== undefined) this.#report.add(row, judgement)
      })
    })
    return this.#report.finish(this.#source.name, this.#options.dryRun ?? true)
  }

  #count(row: SourceRow): void {
    this.#options.signal?.throwIfAborted()
    this.#total += 1
    const { tokens } = this.#judge(row)
    if (tokens !== null && !this.#isFirst(tokens)) this.#repeated.add(digestOf(tokens))
  }

  /** All of them end before a failure goes on: nothing is written behind the back of whoever hears of it. */
  async #moved(rows: readonly SourceRow[]): Promise<readonly (Judgement | undefined)[]> {
    const judgements: (Judgement | undefined)[] = []
    const queue = [...rows.entries()]
    const write = async (): Promise<void> => {
      try {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          this.#options.signal?.throwIfAborted()
          const [index, row] = next
          judgements[index] = await this.#move(row)
          this.#tell()
          // SQLite answers at once: without a breath nobody could end it, and nothing else would go on.
          await breath()
        }
      } catch (error) {
        queue.length = 0
        throw error
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: WRITERS }, write))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    return judgements
  }

  async #move(row: SourceRow): Promise<Judgement> {
    const judgement = this.#judge(row)
    const { tokens } = judgement
    if (tokens === null) return judgement
    if (!this.#isFirst(tokens) || this.#repeated.has(digestOf(tokens))) {
      return {
        tokens: null,
        verdict: refused(
          'duplicate',
          `one of several rows for one client and provider${this.#source.againstDuplicates}`,
        ),
      }
    }
    const { overwrite = false, dryRun = true } = this.#options
    try {
      const stored = await storeImported(this.#service, tokens, {
        overwrite: overwrite ? 'unless_refreshed' : false,
        dryRun,
      })
      if (stored === 'exists') return { tokens, verdict: overwrite ? refreshedHere : thereAlready }
      this.#imported += 1
      return judgement
    } catch (error) {
      if (!(error instanceof EvergrantError) || error instanceof StoreUnavailableError) throw error
      return { tokens: null, verdict: refused('invalid', error.message) }
    }
  }

  #judge(row: SourceRow): Judgement {
    return judge(row, this.#surroundings, this.#clock.wallMs())
  }

  #isFirst(key: ConnectionKey): boolean {
    const before = this.#seen.size
    return this.#seen.add(digestOf(key)).size > before
  }

  #tell(): void {
    this.#done += 1
    const total = Math.max(this.#total, this.#done)
    this.#options.onProgress?.({ done: this.#done, total, imported: this.#imported })
  }
}

/** As many as there are rows are kept in memory: names may be long. */
function digestOf({ clientId, provider }: ConnectionKey): string {
  return createHash('sha256')
    .update(JSON.stringify([clientId, provider]))
    .digest('base64')
    .slice(0, 22)
}
