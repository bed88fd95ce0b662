import type { Metadata } from '../ports/store.ts'
import { isReturnPath } from './return-path.ts'

/** What a flow remembers beside its secrets and whom it belongs to. Lies in the database as JSON. */
export interface FlowDetails {
  /** What was asked for. */
  readonly scopes: readonly string[]
  /** What of it the caller asked for: the rest was added to get a refresh token. */
  readonly wanted: readonly string[]
  readonly returnTo: string | null
  /** Values for placeholders, kept as metadata of the connection. */
  readonly metadata: Metadata
  readonly resource: readonly string[]
  /** Where the browser comes back. Null: the provider knows it by a name, and no URL was given. */
  readonly callbackUrl: string | null
  /** Where the code was to go when the flow began. */
  readonly tokenEndpoint: string
}

/** What lies in the database, parsed: what is not as it was written is left out. */
export function parseFlowDetails(details: Readonly<Record<string, unknown>>): FlowDetails {
  const { returnTo, metadata, callbackUrl, tokenEndpoint } = details
  return {
    scopes: textsOf(details.scopes),
    wanted: textsOf(details.wanted),
    returnTo: isReturnPath(returnTo) ? returnTo : null,
    metadata: isRecord(metadata) ? metadata : {},
    resource: textsOf(details.resource),
    callbackUrl: typeof callbackUrl === 'string' ? callbackUrl : null,
    tokenEndpoint: typeof tokenEndpoint === 'string' ? tokenEndpoint : '',
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
