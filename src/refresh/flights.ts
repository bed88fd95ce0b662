import type { AppCredentials } from '../ports/provider.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { connectionName } from './connection-name.ts'
import type { Outcome } from './outcome.ts'
import { isSameApp } from './same-app.ts'

/** A refresh under way in this process. It belongs to nobody: who waits may give up, it goes on. */
export interface Flight {
  /** What it means for those who wait. Never rejects. */
  readonly outcome: Promise<Outcome>
  /** When nothing is left to do: tokens committed or given up, lease ended. Never rejects. */
  readonly settled: Promise<void>
}

/**
 * Single flight: at most one refresh of a connection with the same app credentials at the same time. Callers
 * with other credentials do not join: they must not share a fate.
 */
export class Flights {
  readonly #underWay = new Map<string, { readonly app: AppCredentials; readonly flight: Flight }[]>()

  /** The flight under way, or the one that `start` begins. */
  join(key: ConnectionKey, app: AppCredentials, start: () => Flight): Flight {
    const name = connectionName(key)
    const flights = this.#underWay.get(name) ?? []
    const known = flights.find(one => isSameApp(one.app, app))
    if (known !== undefined) return known.flight

    const flight = start()
    const entry = { app, flight }
    this.#underWay.set(name, [...flights, entry])
    // Who comes after the outcome must look at the row again; what is left to commit does not concern them.
    void flight.outcome.then(() => {
      const rest = (this.#underWay.get(name) ?? []).filter(one => one !== entry)
      if (rest.length === 0) this.#underWay.delete(name)
      else this.#underWay.set(name, rest)
    })
    return flight
  }
}
