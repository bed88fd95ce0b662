import type { AppCredentials } from '../ports/provider.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { Circuit, type CircuitRules, type Passage, type Verdict } from './circuit.ts'
import { connectionName } from './connection-name.ts'
import type { RefreshPorts } from './ports.ts'
import { isSameApp } from './same-app.ts'

type Code = 'PROVIDER_UNAVAILABLE' | 'PROVIDER_MISCONFIGURED'

/** Who is to be asked, for which connection, as which app. */
export interface Asked {
  readonly endpoint: string
  readonly app: AppCredentials
  readonly key: ConnectionKey
}

/** Why nobody is asked now, and until when by the monotonic clock. */
export interface Barred {
  readonly code: Code
  readonly until: number
  /** Another connection has been let through to find out, and is about to know. */
  readonly isProbed: boolean
}

/** What an answer says about the token endpoint, and about the app credentials. */
export interface Signs {
  readonly endpoint: Verdict
  readonly app: Verdict
}

/** A request that is let through. Only the first word about it counts. */
export interface Pass {
  end(signs: Signs): void
}

/** It was not sent, or says nothing. */
export const NO_SIGNS: Signs = { endpoint: 'nothing', app: 'nothing' }

/** Nobody was let through: there is nothing to tell. */
export const NOT_ENTERED: Pass = { end: () => {} }

/**
 * The circuit breakers of one service object: one for each token endpoint, which passing failures open, and one for
 * each app there, which rejected app credentials open. Neither touches a row. Other credentials are another app: a
 * secret that is put right is tried at once.
 */
export class Breakers {
  readonly #ports: RefreshPorts
  readonly #endpoints = new Map<string, Circuit>()
  readonly #apps = new Map<string, { readonly app: AppCredentials; readonly circuit: Circuit }[]>()

  constructor(ports: RefreshPorts) {
    this.#ports = ports
  }

  /** How many are open. */
  get open(): number {
    const apps = [...this.#apps.values()].flat().map(({ circuit }) => circuit)
    return [...this.#endpoints.values(), ...apps].filter(({ isOpen }) => isOpen).length
  }

  /** Why nothing may be sent now; null: it may. */
  barred(asked: Asked): Barred | null {
    const name = connectionName(asked.key)
    const now = this.#ports.clock.monotonicMs()
    const app = this.#appOf(asked)?.barredUntil(name, now) ?? null
    if (app !== null) return { code: 'PROVIDER_MISCONFIGURED', until: app, isProbed: app <= now }
    const endpoint = this.#endpoints.get(asked.endpoint)?.barredUntil(name, now) ?? null
    if (endpoint === null) return null
    return { code: 'PROVIDER_UNAVAILABLE', until: endpoint, isProbed: endpoint <= now }
  }

  /** Lets a request through that is not barred. */
  enter(asked: Asked): Pass {
    const name = connectionName(asked.key)
    const endpoint = this.#endpoints.get(asked.endpoint) ?? this.#addEndpoint(asked)
    const app = this.#appOf(asked) ?? this.#addApp(asked)
    const passages = { endpoint: endpoint.enter(name), app: app.enter(name) }
    return {
      end: signs => {
        this.#end(asked, 'PROVIDER_UNAVAILABLE', passages.endpoint, signs.endpoint)
        this.#end(asked, 'PROVIDER_MISCONFIGURED', passages.app, signs.app)
        this.#forgetIdle(asked, endpoint, app)
      },
    }
  }

  #end({ key }: Asked, code: Code, passage: Passage, verdict: Verdict): void {
    const change = passage.end(verdict, this.#ports.clock.monotonicMs())
    if (change === null) return
    const { clientId, provider } = key
    const type = change === 'opened' ? 'breaker_opened' : 'breaker_closed'
    this.#ports.emit({ type, clientId, provider, code })
  }

  #appOf({ endpoint, app }: Asked): Circuit | undefined {
    return this.#apps.get(endpoint)?.find(known => isSameApp(known.app, app))?.circuit
  }

  #addEndpoint({ endpoint }: Asked): Circuit {
    const circuit = new Circuit(this.#rules(false))
    this.#endpoints.set(endpoint, circuit)
    return circuit
  }

  #addApp({ endpoint, app }: Asked): Circuit {
    const circuit = new Circuit(this.#rules(true))
    this.#apps.set(endpoint, [...(this.#apps.get(endpoint) ?? []), { app, circuit }])
    return circuit
  }

  // Credentials that come with each call may be many: nothing is kept of those that work.
  #forgetIdle({ endpoint }: Asked, ofEndpoint: Circuit, ofApp: Circuit): void {
    if (ofEndpoint.isIdle) this.#endpoints.delete(endpoint)
    if (!ofApp.isIdle) return
    const rest = (this.#apps.get(endpoint) ?? []).filter(({ circuit }) => circuit !== ofApp)
    if (rest.length === 0) this.#apps.delete(endpoint)
    else this.#apps.set(endpoint, rest)
  }

  #rules(holdsConnections: boolean): CircuitRules {
    const { policy, randomness } = this.#ports
    return {
      connections: policy.breakerConnections,
      holdsConnections,
      // Half of it is certain: a draw near nothing would let a whole fleet through again at once.
      pauseMs: openings =>
        Math.min(policy.backoffInWindowMs, policy.backoffFirstMs * 2 ** Math.min(openings - 1, 30)) *
        (0.5 + 0.5 * randomness.fraction()),
    }
  }
}
