import type { ForkedLocalZoho } from 'evergrant/testing'
import type { PostgresServer } from '../support/postgres-server.ts'
import type { Order } from './back-end.ts'
import type { Evidence } from './evidence.ts'
import type { Place } from './place.ts'
import type { Plan, Rotation } from './plan.ts'
import type { Draw } from './random.ts'
import type { Records } from './records.ts'

export type Form = 'short' | 'full'

/** What is done to a campaign, how often, and what must hold all the same. One for each file of `modes/`. */
export interface ModeDefinition {
  /** How many cycles the campaigns of each form have. */
  readonly cycles: Readonly<Record<Form, Readonly<Record<Rotation, number>>>>
  readonly promises: Promises
  /** What has to be installed and is not, and how to install it; null: it can be played. */
  readonly missing?: () => string | null
  /** How long access tokens live, from the first one on. Absent: LIFETIME_MS, and the first ones end one by one. */
  readonly lifetimeMs?: number
  /** Sets up what the mode needs of its own. */
  readonly open: (site: Site) => Promise<Scenery>
  /** What did not hold of that which only this mode promises, in words. */
  readonly objections?: (evidence: Evidence) => readonly string[]
}

/** What must hold, beside that which always must: no two requests at once, no loss without a reason. */
export interface Promises {
  /** No grant is lost, also where refresh tokens work once only. */
  readonly losesNothing: boolean
  /** No call fails. */
  readonly failsNobody: boolean
}

/** What a campaign is built on. */
export interface Site {
  readonly plan: Plan
  readonly server: PostgresServer
  /** The name of the campaign's own database there. */
  readonly database: string
  readonly zoho: ForkedLocalZoho
  /** The campaign's own folder, removed after it. */
  readonly folder: string
}

/** What a mode puts up. Whatever it leaves out is PostgreSQL and the provider, directly. */
export interface Scenery {
  /** What the back ends open as their database. */
  readonly database?: string
  /** Where the back ends alone find it: on a way that is disturbed. */
  readonly detour?: string
  /** How the judge reads it. */
  readonly records?: Records
  /** Where the back ends find the provider. */
  readonly provider?: string
  /** What the back ends are started with beside what all have. */
  readonly backEnds?: Partial<Pick<Order, 'rarelyMs'>> & { readonly open?: object }
  /** Disturbs the campaign as often as the plan says. */
  readonly disturb: (scene: Scene) => Promise<void>
  readonly close?: () => Promise<void>
}

/** What goes on in a campaign. */
export interface Scene {
  readonly place: Place
  readonly plan: Plan
  readonly draw: Draw
  /** One more cycle is over. */
  readonly done: () => void
  /** Something did not end as it should. */
  readonly complain: (words: string) => void
}

/** A mode that needs nothing of its own. */
export function withNothing(disturb: Scenery['disturb']): ModeDefinition['open'] {
  return async () => ({ disturb })
}
