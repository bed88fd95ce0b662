import type { Assembly } from './assemble.ts'
import { checkCallOptions } from './call-options.ts'
import { InsufficientScopeError } from './errors.ts'
import { parseDuration, parseKey, parseScopes } from './input.ts'
import type { Demand } from './lifecycle/decide.ts'
import type { ConnectionKey } from './ports/store.ts'
import { type HeldToken, scopesOf } from './refresh/held-token.ts'
import { obtain } from './refresh/obtain.ts'
import { named } from './refresh/refusal-error.ts'
import type { CallCredentials, GetTokenOptions } from './service-options.ts'

/** Opens the service, if it is not open yet. */
export type Started = (signal: AbortSignal | undefined) => Promise<Assembly>

/** A call that serves a token. */
export interface ServingCall {
  readonly name: 'getAccessToken' | 'getToken'
  readonly clientId: string
  readonly provider: string
  readonly credentials?: CallCredentials | undefined
  readonly options?: GetTokenOptions | undefined
}

/** What a caller asks of a token who asks for nothing in particular. */
export const NO_DEMAND: Demand = { minValidMs: 0, refreshNow: false }

/** `getAccessToken` and `getToken`. @throws EvergrantError as they do, or the signal's reason */
export async function serveToken(started: Started, call: ServingCall): Promise<HeldToken> {
  const { options = {} } = call
  const key = parseKey(call.clientId, call.provider)
  checkCallOptions(call.name, options, key)
  const { signal } = options
  const assembly = await started(signal)
  const minValidMs = parseDuration(options.minValidMs, 'minValidMs', key)
  const required = parseScopes(options.requireScopes, 'requireScopes', key) ?? []
  const demand = minValidMs === 0 ? NO_DEMAND : { minValidMs, refreshNow: false }
  const request = assembly.request(key, call.credentials, demand, signal)
  const held =
    assembly.cache?.fresh(key.clientId, key.provider, minValidMs) ?? (await obtain(assembly, request))
  requireScopes(held, required, key)
  return held
}

function requireScopes(held: HeldToken, required: readonly string[], key: ConnectionKey): void {
  if (required.length === 0) return
  const granted = scopesOf(held.observed.row.scopes)
  const missing = required.filter(scope => !granted.includes(scope))
  if (missing.length === 0) return
  throw new InsufficientScopeError(
    `${named(key)}: the grant lacks ${missing.join(', ')}. Connect the account again and ask for these scopes.`,
    missing,
    key,
  )
}
