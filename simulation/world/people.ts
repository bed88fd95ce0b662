import { EvergrantError, ReauthorizationRequiredError } from '../../src/errors.ts'
import type { OAuthTokenService } from '../../src/service.ts'
import { appTokenOf, type Happening, type Method } from '../history.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { PROVIDER } from './back-end.ts'
import type { Dice } from './dice.ts'
import type { Machine } from './machine.ts'
import type { Deed } from './plan.ts'
import type { Scheduler } from './scheduler.ts'

const SECOND = 1_000

export interface PeopleParts {
  readonly scheduler: Scheduler
  readonly dice: Dice
  readonly server: AuthorizationServer
  /** Nobody connects an account: what is asked for is said anew. */
  readonly isOfApp: boolean
  readonly lifetimeMs: number
  readonly record: (happening: Happening) => void
}

/** A process that somebody calls. */
interface Running {
  readonly machine: Machine
  readonly service: OAuthTokenService
}

type Given = { readonly access?: string; readonly refresh?: string; readonly expiresInMs?: number }

/** Callers, and persons who connect and delete: what they ask a service for, and what they get. */
export class People {
  readonly #parts: PeopleParts
  /** The refresh token that a person got last, and the access token that a caller got last, by client. */
  readonly #connected = new Map<string, string>()
  readonly #returned = new Map<string, string>()
  #calls = 0

  constructor(parts: PeopleParts) {
    this.#parts = parts
  }

  do(kind: Deed['kind'], slot: Running, client: string): void {
    switch (kind) {
      case 'get':
        this.#get(slot, client)
        return
      case 'impatient get': {
        const giveUp = new AbortController()
        slot.machine.deliver(this.#parts.dice.pick([0, 30, 2_000]), () => giveUp.abort())
        this.#get(slot, client, giveUp.signal)
        return
      }
      case 'refresh':
        this.#call(slot, 'refresh', client, {}, async service => {
          return (await service.refreshToken(client, PROVIDER)).accessToken
        })
        return
      case 'tick':
        this.#call(slot, 'tick', '', {}, async service => {
          await service.tick()
          return null
        })
        return
      case 'report':
        this.#report(slot, client)
        return
      case 'reconnect':
        this.#reconnect(slot, client)
        return
      case 'by hand':
        this.#byHand(slot, client)
        return
      case 'delete':
      case 'delete and revoke': {
        const revoke = kind === 'delete and revoke'
        this.#call(slot, 'delete', client, {}, async service => {
          await service.deleteToken(client, PROVIDER, { revoke })
          return null
        })
        return
      }
    }
  }

  /** Somebody stops the process in an orderly way. */
  close(slot: Running, stopped: () => void): void {
    this.#call(slot, 'close', '', {}, async service => {
      await service.close()
      stopped()
      return null
    })
  }

  #get(slot: Running, client: string, signal?: AbortSignal): void {
    this.#call(slot, 'get', client, {}, async service => {
      const token = await service.getAccessToken(client, PROVIDER, undefined, signal && { signal })
      this.#returned.set(client, token)
      return token
    })
  }

  #report(slot: Running, client: string): void {
    const access = this.#returned.get(client)
    if (access === undefined) return
    this.#call(slot, 'report', client, { access }, async service => {
      await service.reportRejected(client, PROVIDER, access)
      return null
    })
  }

  #reconnect(slot: Running, client: string): void {
    if (this.#parts.isOfApp) {
      this.#connected.set(client, appTokenOf(client))
      this.#call(slot, 'store', client, {}, async service => {
        await service.storeTokens(client, PROVIDER, { scopes: ['read'] })
        return null
      })
      return
    }
    const { access, refresh } = this.#parts.server.connect(client, this.#parts.scheduler.now)
    this.#connected.set(client, refresh)
    this.#store(slot, client, { access, refresh })
  }

  /** Somebody stores an access token alone: the refresh token that is there is kept. */
  #byHand(slot: Running, client: string): void {
    const refresh = this.#connected.get(client)
    const access =
      refresh === undefined ? null : this.#parts.server.issueByHand(refresh, this.#parts.scheduler.now)
    if (access !== null) this.#store(slot, client, { access })
  }

  #store(
    slot: Running,
    client: string,
    tokens: { readonly access: string; readonly refresh?: string },
  ): void {
    const expiresInMs = this.#parts.lifetimeMs
    this.#call(slot, 'store', client, { ...tokens, expiresInMs }, async service => {
      await service.storeTokens(client, PROVIDER, {
        accessToken: tokens.access,
        refreshToken: tokens.refresh,
        expiresIn: expiresInMs / SECOND,
      })
      return null
    })
  }

  #call(
    slot: Running,
    method: Method,
    client: string,
    given: Given,
    run: (service: OAuthTokenService) => Promise<string | null>,
  ): void {
    const { machine, service } = slot
    machine.deliver(0, () => {
      this.#calls += 1
      const call = this.#calls
      const { access = null, refresh = null, expiresInMs = null } = given
      this.#parts.record({
        kind: 'call',
        call,
        machine: machine.name,
        client,
        method,
        access,
        refresh,
        expiresInMs,
      })
      const returned = (token: string | null, error: unknown): void => {
        if (!machine.alive) return
        const code = error === null ? null : codeOf(error)
        const reason = error instanceof ReauthorizationRequiredError ? error.reason : null
        this.#parts.record({ kind: 'return', call, machine: machine.name, token, error: code, reason })
      }
      run(service).then(
        token => returned(token, null),
        error => returned(null, error ?? 'nothing'),
      )
    })
  }
}

/** How an error counts in a history. The judge knows no class of errors. */
function codeOf(error: unknown): string {
  // What the caller's own signal throws.
  if (error instanceof DOMException && error.name === 'AbortError') return 'GIVEN UP'
  return error instanceof EvergrantError ? error.code : `NOT CODED: ${String(error)}`
}
