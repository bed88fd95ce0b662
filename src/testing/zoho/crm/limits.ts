import type { Clock } from '../../../ports/clock.ts'
import type { CrmEdition, CrmSettings } from './settings.ts'

const DAY_MS = 86_400_000
/** Spendings within a second share an entry. */
const GRAIN_MS = 1_000

interface Plan {
  readonly concurrency: number
  readonly credits: number
  readonly creditsPerUser: number
  readonly mostCredits: number
}

/** https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html */
const plans: Readonly<Record<CrmEdition, Plan>> = {
  free: { concurrency: 5, credits: 5_000, creditsPerUser: 0, mostCredits: 5_000 },
  standard: { concurrency: 10, credits: 50_000, creditsPerUser: 250, mostCredits: 100_000 },
  professional: { concurrency: 15, credits: 50_000, creditsPerUser: 500, mostCredits: 3_000_000 },
  enterprise: { concurrency: 20, credits: 50_000, creditsPerUser: 1_000, mostCredits: 5_000_000 },
  ultimate: {
    concurrency: 25,
    credits: 50_000,
    creditsPerUser: 2_000,
    mostCredits: Number.POSITIVE_INFINITY,
  },
}

/** The API credits of an organization: so many in any 24 hours. */
export class Credits {
  readonly #clock: Clock
  readonly #users: number
  #spendings: { readonly at: number; cost: number }[] = []
  #spent = 0

  constructor(clock: Clock, users: number) {
    this.#clock = clock
    this.#users = users
  }

  /** Takes what a call costs. False: they are spent, and nothing was taken. */
  spend(cost: number, settings: CrmSettings): boolean {
    if (this.#spentNow() + cost > this.#total(settings)) return false
    const now = this.#clock.monotonicMs()
    const last = this.#spendings.at(-1)
    if (last !== undefined && now - last.at < GRAIN_MS) last.cost += cost
    else this.#spendings.push({ at: now, cost })
    this.#spent += cost
    return true
  }

  /** What is left, once half or more is spent. Null: less than half is, and Zoho does not tell. */
  remainingToTell(settings: CrmSettings): number | null {
    const total = this.#total(settings)
    const spent = this.#spentNow()
    return spent * 2 >= total ? Math.max(0, total - spent) : null
  }

  #total({ edition, creditsPerDay }: CrmSettings): number {
    const { credits, creditsPerUser, mostCredits } = plans[edition]
    return creditsPerDay ?? Math.min(mostCredits, credits + creditsPerUser * this.#users)
  }

  #spentNow(): number {
    const now = this.#clock.monotonicMs()
    const over = this.#spendings.findIndex(({ at }) => now - at < DAY_MS)
    const gone = this.#spendings.splice(0, over === -1 ? this.#spendings.length : over)
    for (const { cost } of gone) this.#spent -= cost
    return this.#spent
  }
}

/** Requests of one app that are under way. */
export class Concurrency {
  readonly #underWay = new Map<string, { all: number; heavy: number }>()

  /** Takes a place, and gives what frees it. Null: there is none. */
  enter(app: string, heavy: boolean, settings: CrmSettings): (() => void) | null {
    const place = this.#underWay.get(app) ?? { all: 0, heavy: 0 }
    if (place.all >= (settings.concurrency ?? plans[settings.edition].concurrency)) return null
    if (heavy && place.heavy >= settings.heavyConcurrency) return null
    this.#underWay.set(app, place)
    place.all += 1
    if (heavy) place.heavy += 1
    return () => {
      place.all -= 1
      if (heavy) place.heavy -= 1
    }
  }
}
