import type { ConnectionKey } from '../ports/store.ts'

/** A connection as one string, for maps. No two connections share one, whatever characters their names hold. */
export function connectionName({ clientId, provider }: ConnectionKey): string {
  return JSON.stringify([provider, clientId])
}
