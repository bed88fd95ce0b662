import { readEnvironment } from '../environment.ts'
import { EvergrantError, InvalidInputError, StoreUnavailableError } from '../errors.ts'
import { plantSeed } from '../importing.ts'
import { assemblyOf, type OAuthTokenService } from '../service.ts'
import type { ImportResult } from './import-tokens.ts'

/** Which seeds are taken over, and for whom. */
export interface EnvironmentImport {
  /** The client that the seeds belong to. */
  readonly clientId: string
  /** Default: every built-in provider that a variable holds a seed for. */
  readonly providers?: readonly string[] | undefined
  /** Say what would be done, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined
}

/**
 * Stores the refresh tokens of the environment (`ZOHO_REFRESH_TOKEN`, …) for one client, by the rules by which
 * `getAccessToken` would: a stored token wins, and a seed serves one client once. Asks no provider.
 * @throws InvalidInputError no variable holds a seed
 * @throws StoreUnavailableError
 */
export async function importFromEnvironment(
  service: OAuthTokenService,
  { clientId, providers, dryRun = false }: EnvironmentImport,
): Promise<readonly ImportResult[]> {
  const named = providers ?? (await seededProviders(service))
  if (named.length === 0) {
    throw new InvalidInputError('The environment holds no refresh token. Set ZOHO_REFRESH_TOKEN to it.')
  }
  const results: ImportResult[] = []
  for (const [index, provider] of named.entries()) {
    const subject = { position: index + 1, clientId, provider }
    try {
      const planted = await plantSeed(service, subject, { dryRun })
      results.push({ ...subject, outcome: planted === 'planted' ? 'imported' : 'kept', reason: null })
    } catch (error) {
      if (!(error instanceof EvergrantError) || error instanceof StoreUnavailableError) throw error
      results.push({ ...subject, outcome: 'refused', reason: error.message })
    }
  }
  return results
}

async function seededProviders(service: OAuthTokenService): Promise<readonly string[]> {
  const environment = readEnvironment()
  const { providers } = await assemblyOf(service)
  return providers.names.filter(name => environment.seedOf(name) !== null)
}
