import type { AssemblyParts } from '../assemble.ts'
import { EvergrantError, StoreUnavailableError } from '../errors.ts'
import { parseKey } from '../input.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import type { SealedPlace, SealedPurpose } from '../ports/cipher.ts'
import type { SealedRow, SealedTable } from '../ports/sealed-values.ts'
import { sealedPages, textsOf } from '../sealed-rows.ts'
import { Secret } from '../secret.ts'
import { assemblyOf, type OAuthTokenService } from '../service.ts'
import { countKeys, type KeyList } from './list-keys.ts'

/** How values are sealed anew. */
export interface ResealOptions {
  /** Is told after each batch. */
  readonly onProgress?: ((progress: ResealProgress) => void) | undefined
  /** Ends it between two batches: what is done is done, and the next run goes on from there. */
  readonly signal?: AbortSignal | undefined
  /** Say what would be done, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined
}

/** How far it is. */
export interface ResealProgress {
  /** Values that were looked at. */
  readonly done: number
  /** All values that there were at the start. */
  readonly total: number
  /** Values that were sealed anew. */
  readonly sealed: number
}

/** A value that does not open, or plaintext under names that no call takes. It was left as it is. */
export interface UnopenedValue {
  /** Where it lies. */
  readonly table: SealedTable
  readonly clientId: string
  readonly provider: string
  /** Which token it is. */
  readonly purpose: SealedPurpose
  /** The key that sealed it; null: it names none. */
  readonly keyId: string | null
  /** Why it does not open, and what to do. */
  readonly reason: string
}

/** What was done. */
export interface ResealReport {
  /** Whether nothing was written. */
  readonly dryRun: boolean
  /** Values that were sealed anew, or would be. */
  readonly sealed: number
  /** How many values do not open. */
  readonly unopened: number
  /** The first of them, at most {@link LONGEST_LIST}. */
  readonly unopenedValues: readonly UnopenedValue[]
  /** Values that somebody else wrote again and again meanwhile: the next run takes them. */
  readonly skipped: number
  /** Keys of the ring that the database does not need any more: no value is sealed with them. */
  readonly released: readonly string[]
  /** Counted afterwards. */
  readonly after: KeyList
}

const NAMES: NamesOf<ResealOptions> = { onProgress: true, signal: true, dryRun: true }
const LONGEST_LIST = 20
/** Rows in memory at a time. */
const BATCH = 200
/** Writes at a time: a pool of a few connections has some left for everybody else. */
const WRITERS = 4
/** How often a batch is looked at again because others wrote its rows meanwhile. */
const LOOKS = 10

/**
 * Seals every value anew that the first key has not sealed, plaintext too, unless the service requires sealed values:
 * then plaintext is reported, because nobody knows who put it there. Runs beside everything else: a value that
 * changes meanwhile is left to whoever changed it and looked at again. Killed at any moment, it goes on from there
 * when it is run again. A value that does not open is reported and left as it is. At its end the database does not
 * need the keys any more that no value is sealed with.
 * @throws StoreUnavailableError the database does not answer: run it again
 */
export async function rotateKeys(
  service: OAuthTokenService,
  options: ResealOptions = {},
): Promise<ResealReport> {
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'rotateKeys()', noun: 'option' })
  const assembly = await assemblyOf(service)
  const { ports } = assembly
  // What waits there is sealed by whichever key was first then.
  if (options.dryRun !== true) await assembly.replayLifeboat()
  const [first] = ports.cipher.keyIds
  const isDue = (text: string): boolean => ports.cipher.keyIdOf(text) !== first
  const open: Opening = (text, place) => ports.cipher.open(text, place)
  const report = await reseal(ports, isDue, open, options)
  return { ...report, released: await release(ports, report) }
}

/** The database does not need keys any more that no value is sealed with. */
async function release({ store }: Ports, { dryRun, after }: Resealed): Promise<readonly string[]> {
  const released = after.keys.filter(({ seals, values }) => !seals && values === 0).map(({ id }) => id)
  if (!dryRun) for (const id of released) await store.keyProofs.remove(id)
  return released
}

/**
 * Seals plaintext from before, and nothing else, also for a service that requires sealed values: whoever calls this
 * says that the plaintext is theirs. As {@link rotateKeys} in all other ways.
 * @throws StoreUnavailableError the database does not answer: run it again
 */
export async function sealTokens(
  service: OAuthTokenService,
  options: ResealOptions = {},
): Promise<ResealReport> {
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'sealTokens()', noun: 'option' })
  const { ports } = await assemblyOf(service)
  const open: Opening = (text, place) => (text === '' ? ports.cipher.open(text, place) : Secret.of(text))
  const report = await reseal(ports, text => !ports.cipher.isSealed(text), open, options)
  return { ...report, released: [] }
}

type Ports = AssemblyParts['ports']
type Resealed = Omit<ResealReport, 'released'>
type Opening = (text: string, place: SealedPlace) => Secret

async function reseal(
  ports: Ports,
  isDue: (text: string) => boolean,
  open: Opening,
  { onProgress, signal, dryRun = false }: ResealOptions,
): Promise<Resealed> {
  const { sealedValues } = ports.store
  const total = totalOf(await countKeys(sealedValues, ports.cipher, signal))
  const run = new Resealing(ports, isDue, open, dryRun)
  let done = 0
  for await (const rows of sealedPages(sealedValues, BATCH, signal)) {
    await run.batch(rows)
    done += rows.flatMap(textsOf).length
    onProgress?.({ done, total: Math.max(total, done), sealed: run.sealed })
  }
  const after = await countKeys(sealedValues, ports.cipher, signal)
  return {
    dryRun,
    sealed: run.sealed,
    unopened: run.unopened,
    unopenedValues: run.unopenedValues,
    skipped: run.skipped,
    after,
  }
}

function totalOf({ keys, unknown, plaintext }: KeyList): number {
  return [...keys, ...unknown].reduce((sum, { values }) => sum + values, plaintext)
}

/** One run over all values. */
class Resealing {
  sealed = 0
  unopened = 0
  skipped = 0
  readonly unopenedValues: UnopenedValue[] = []
  readonly #ports: Ports
  readonly #isDue: (text: string) => boolean
  readonly #open: Opening
  readonly #dryRun: boolean

  constructor(ports: Ports, isDue: (text: string) => boolean, open: Opening, dryRun: boolean) {
    this.#ports = ports
    this.#isDue = isDue
    this.#open = open
    this.#dryRun = dryRun
  }

  async batch(rows: readonly SealedRow[]): Promise<void> {
    const queue = [...rows]
    const writer = async (): Promise<void> => {
      try {
        for (let row = queue.shift(); row !== undefined; row = queue.shift()) await this.#row(row)
      } catch (error) {
        queue.length = 0
        throw error
      }
    }
    // All of them end before a failure goes on: nothing is written behind the back of whoever hears of it.
    const ends = await Promise.allSettled(Array.from({ length: WRITERS }, writer))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  /** Looks at a row until it is as it should be, or gone, or written all the time by somebody else. */
  async #row(row: SealedRow): Promise<void> {
    let seen: SealedRow | null = row
    for (let looks = 1; seen !== null; looks += 1) {
      const renewed = this.#renewed(seen)
      if (looks > LOOKS) {
        this.skipped += renewed.count
        return
      }
      if (
        renewed.count === 0 ||
        this.#dryRun ||
        (await this.#ports.store.sealedValues.replace(seen, renewed))
      ) {
        this.sealed += renewed.count
        for (const value of renewed.unopened) this.#report(value)
        return
      }
      seen = await this.#ports.store.sealedValues.row(row.table, row.id)
    }
  }

  #renewed(row: SealedRow): Renewed {
    const unopened: UnopenedValue[] = []
    let count = 0
    const renew = (text: string | null, purpose: SealedPurpose): string | null => {
      if (text === null || !this.#isDue(text)) return text
      const place = { purpose, clientId: row.clientId, provider: row.provider }
      try {
        // Nobody could ask for it: plaintext is of more use there.
        if (!this.#ports.cipher.isSealed(text)) parseKey(row.clientId, row.provider)
        const renewedText = this.#ports.cipher.seal(this.#open(text, place), place)
        count += 1
        return renewedText
      } catch (error) {
        if (!(error instanceof EvergrantError) || error instanceof StoreUnavailableError) throw error
        const keyId = this.#ports.cipher.keyIdOf(text)
        unopened.push({ table: row.table, ...place, keyId, reason: error.message })
        return text
      }
    }
    const accessToken = renew(row.accessToken, 'access_token')
    const refreshToken = renew(row.refreshToken, 'refresh_token')
    return { accessToken, refreshToken, count, unopened }
  }

  #report(value: UnopenedValue): void {
    this.unopened += 1
    if (this.unopenedValues.length < LONGEST_LIST) this.unopenedValues.push(value)
  }
}

interface Renewed {
  readonly accessToken: string | null
  readonly refreshToken: string | null
  /** How many of them are new. */
  readonly count: number
  readonly unopened: readonly UnopenedValue[]
}
