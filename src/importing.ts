import { parseKey } from './input.ts'
import type { ConnectionKey, ConnectionRow } from './ports/store.ts'
import { type NewTokens, type StoreTokensResult, storeTokens } from './refresh/store-tokens.ts'
import { assemblyOf, type OAuthTokenService } from './service.ts'

/** Tokens of one connection that come from elsewhere. Without an access token there is a refresh token. */
export interface ImportedTokens extends ConnectionKey, NewTokens {}

export interface StoreImportedOptions {
  /** Whether a connection that is there is replaced; `unless_refreshed`: not where a refresh of ours succeeded. */
  readonly overwrite: boolean | 'unless_refreshed'
  /** Check everything, write nothing. */
  readonly dryRun: boolean
}

/**
 * Stores tokens that were kept elsewhere before. Unlike `storeTokens`, it takes a refresh token alone, and leaves
 * a connection alone that is there.
 * @throws InvalidInputError the provider is not known, or the client is the OAuth app itself
 * @throws StoreUnavailableError
 */
export async function storeImported(
  service: OAuthTokenService,
  tokens: ImportedTokens,
  { overwrite, dryRun }: StoreImportedOptions,
): Promise<StoreTokensResult> {
  const assembly = await assemblyOf(service)
  const key = parseKey(tokens.clientId, tokens.provider)
  const keeps = ({ lastRefreshedAt }: ConnectionRow): boolean =>
    overwrite === 'unless_refreshed' ? lastRefreshedAt !== null : !overwrite
  const { traits } = assembly.providers.get(key.provider).profile
  assembly.appFor(key, undefined)
  if (dryRun) {
    const row = await assembly.ports.store.read(key)
    return row === null || !keeps(row) ? 'stored' : 'exists'
  }
  try {
    return await storeTokens(assembly.ports, key, tokens, traits, { keeps, origin: 'imported' })
  } finally {
    assembly.forget(key, false)
  }
}

/**
 * Plants the environment's seed of a connection, by the rules of `getAccessToken`; asks the provider nothing.
 * @returns `exists`: there is a row, and the seed was not needed
 * @throws InvalidInputError the provider is not known
 * @throws TokenNotFoundError there is no seed that this client may use
 * @throws StoreUnavailableError
 */
export async function plantSeed(
  service: OAuthTokenService,
  { clientId, provider }: ConnectionKey,
  { dryRun }: { readonly dryRun: boolean },
): Promise<'planted' | 'exists'> {
  const assembly = await assemblyOf(service)
  const key = parseKey(clientId, provider)
  assembly.providers.get(key.provider)
  const before = await assembly.reads.read(key)
  if (dryRun && before !== null) return 'exists'
  if (dryRun && (await assembly.seeds.available(key)) !== null) return 'planted'
  // Dry or not, where no seed is available nothing is planted: this says why.
  const after = await assembly.seeds.ensure(key, before)
  return after.row.id === before?.row.id ? 'exists' : 'planted'
}
