/** Steps of the protocol at which a fault can be placed exactly. */
export const POINTS = [
  'sent claim',
  'ran claim',
  'answered claim',
  'sent commit',
  'ran commit',
  'answered commit',
  'ran settle',
  'ran salvage',
  'ran succeed',
  'ran put',
  'ran delete',
  'ran read',
  'connecting',
  'request sent',
  'request served',
  'answer received',
  'boarding',
  'aboard',
] as const

/** Those at which a lease is taken, or tokens are on their way. */
export const STAKES = [
  'ran claim',
  'answered claim',
  'request sent',
  'request served',
  'answer received',
  'aboard',
  'sent commit',
  'ran commit',
] as const satisfies readonly Point[]

export type Point = (typeof POINTS)[number]

/** What happens to the one who steps into it. Null: somebody else acts. */
export type Effect<Deed> =
  | { readonly kind: 'crash' }
  | { readonly kind: 'freeze'; readonly ms: number; readonly suspended: boolean }
  /** Somebody does something right after the database is back. */
  | { readonly kind: 'database down'; readonly ms: number; readonly afterwards: Deed | null }
  | { readonly kind: 'database frozen'; readonly ms: number }
  | { readonly kind: 'partition'; readonly ms: number }
  | { readonly kind: 'deed'; readonly deed: Deed }

export interface Trap<Deed> {
  readonly point: Point
  readonly effect: Effect<Deed>
}

/** Faults that wait for a process to reach a step. Each goes off once. */
export class Traps<Deed> {
  readonly #set: Trap<Deed>[] = []
  readonly #spring: (effect: Effect<Deed>, machine: string) => void

  constructor(spring: (effect: Effect<Deed>, machine: string) => void) {
    this.#spring = spring
  }

  add(trap: Trap<Deed>): void {
    this.#set.push(trap)
  }

  clear(): void {
    this.#set.length = 0
  }

  /** A process has come to a step. */
  passed(point: string, machine: string): void {
    const place = this.#set.findIndex(trap => trap.point === point)
    if (place === -1) return
    const [trap] = this.#set.splice(place, 1)
    if (trap !== undefined) this.#spring(trap.effect, machine)
  }
}
