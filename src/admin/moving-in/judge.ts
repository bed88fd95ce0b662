import { InvalidInputError } from '../../errors.ts'
import type { ImportedTokens } from '../../importing.ts'
import { parseKey, parseMetadata, parseName, parseScopes, parseToken } from '../../input.ts'
import type { ConnectionKey, Metadata } from '../../ports/store.ts'
import { usableAccessToken } from '../import-tokens.ts'
import type { SourceRow } from './source-row.ts'
import {
  complete,
  expired,
  noToken,
  notChosen,
  refused,
  type Verdict,
  withoutAccessToken,
} from './verdict.ts'

/** What a row of a source comes to: tokens to store, or none. */
export interface Judgement {
  /** Null: it is not taken. */
  readonly tokens: ImportedTokens | null
  readonly verdict: Verdict
}

/** What has to be known of the service. */
export interface Surroundings {
  /** Our names of providers by the source's; null: they are the same, and all are taken. */
  readonly providers: ReadonlyMap<string, string> | null
  /** Whether there is a provider of this name. */
  knows(provider: string): boolean
  /** @throws InvalidInputError a refresh would not know where to go */
  checkMetadata(provider: string, metadata: Metadata): void
  /** The `client_id` of the OAuth app of a connection; null: not known here. */
  appIdOf(key: ConnectionKey): string | null
  /** Whether this is text that Evergrant sealed. */
  isSealed(text: string): boolean
}

/** Decides about one row. `now` is in ms since the epoch. */
export function judge(row: SourceRow, surroundings: Surroundings, now: number): Judgement {
  const { providers } = surroundings
  const provider = providers === null ? row.provider : providers.get(row.provider ?? '')
  if (provider === undefined) return notTaken(notChosen)
  if (row.accessToken === null && row.refreshToken === null && row.fault === null) return notTaken(noToken)
  try {
    const fault = unknownProvider(parseName(provider, 'provider'), surroundings) ?? row.fault
    if (fault !== null) return notTaken(fault)
    const key = parseKey(row.clientId, provider)
    const objection = objectionTo(row, key, surroundings)
    if (objection !== null) return notTaken(objection)
    const judgement = taken(row, key, now)
    surroundings.checkMetadata(key.provider, judgement.tokens?.metadata ?? {})
    return judgement
  } catch (error) {
    // Its message quotes no value.
    if (error instanceof InvalidInputError) return notTaken(refused('invalid', error.message))
    throw error
  }
}

function unknownProvider(provider: string, { knows }: Surroundings): Verdict | null {
  if (knows(provider)) return null
  return refused(
    'unknown_provider',
    `there is no provider ${JSON.stringify(provider)} here: say which one it is with --map (in code: providers)`,
  )
}

function objectionTo(row: SourceRow, key: ConnectionKey, surroundings: Surroundings): Verdict | null {
  const app = surroundings.appIdOf(key)
  if (app === key.clientId) return refused('invalid', 'its client is the client_id of the OAuth app')
  if (app !== null && row.appId !== null && row.appId !== app) {
    return refused('another_app', 'granted to another OAuth app than that of the provider here')
  }
  const texts = [row.accessToken, row.refreshToken].filter(text => text !== null)
  return texts.some(surroundings.isSealed)
    ? refused('sealed', 'sealed by Evergrant: only a service with its key can read it')
    : null
}

function taken(row: SourceRow, key: ConnectionKey, now: number): Judgement {
  const token = (text: string | null, what: string) => (text === null ? null : parseToken(text, what, key))
  const accessToken = token(row.accessToken, 'accessToken')
  const refreshToken = token(row.refreshToken, 'refreshToken')
  const scopes = parseScopes(row.scopes, 'scopes', key)
  const metadata = parseMetadata(row.metadata, key)
  const usable = usableOf(row, { accessToken, refreshToken }, now)
  if (usable === 'unreadable') {
    return notTaken(
      refused(
        'unreadable_expiry',
        'nobody can tell when its access token expires, and it has no refresh token',
      ),
    )
  }
  if (usable.accessToken === null && refreshToken === null) return notTaken(expired)
  return {
    tokens: { ...key, refreshToken, scopes, metadata, ...usable },
    verdict: usable.accessToken === null ? withoutAccessToken : complete,
  }
}

type Tokens = Pick<ImportedTokens, 'accessToken' | 'refreshToken'>

function usableOf(
  { expiry }: SourceRow,
  tokens: Tokens,
  now: number,
): Pick<ImportedTokens, 'accessToken' | 'expiresInMs'> | 'unreadable' {
  if (expiry.kind !== 'unreadable') return usableAccessToken({ ...tokens, expiry }, now)
  return tokens.refreshToken === null ? 'unreadable' : { accessToken: null, expiresInMs: null }
}

function notTaken(verdict: Verdict): Judgement {
  return { tokens: null, verdict }
}
