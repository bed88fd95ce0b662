import { systemClock } from '../clock.ts'
import { EvergrantError, StoreUnavailableError } from '../errors.ts'
import { storeImported } from '../importing.ts'
import type { Clock } from '../ports/clock.ts'
import type { OAuthTokenService } from '../service.ts'
import type { TokenImport } from './token-records.ts'

/** How records are taken over. */
export interface ImportOptions {
  /** Replace connections that are there. Default false: they are kept. */
  readonly overwrite?: boolean | undefined
  /** Say what would be done, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined
  /** Is told of each record when it is done. */
  readonly onResult?: ((result: ImportResult) => void) | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** What became of one record. `kept`: the connection is there already and was left alone. */
export interface ImportResult {
  /** Counts from 1. */
  readonly position: number
  readonly clientId: string
  readonly provider: string
  /** What became of it. */
  readonly outcome: 'imported' | 'kept' | 'refused'
  /** Why it was refused; else null. */
  readonly reason: string | null
}

/**
 * Stores tokens that were kept elsewhere before, one record after the other; a record that is refused stops no
 * other. An access token that has expired, or whose expiry nobody knows, is left out where a refresh token can
 * bring a new one.
 * @throws StoreUnavailableError the rest was not stored; run it again, and what is stored is kept
 */
export async function importTokens(
  service: OAuthTokenService,
  records: readonly TokenImport[],
  { overwrite = false, dryRun = false, onResult, clock = systemClock }: ImportOptions = {},
): Promise<readonly ImportResult[]> {
  const results: ImportResult[] = []
  for (const record of records) {
    const result = await importOne(service, record, { overwrite, dryRun }, clock.wallMs())
    results.push(result)
    onResult?.(result)
  }
  return results
}

async function importOne(
  service: OAuthTokenService,
  record: TokenImport,
  options: { readonly overwrite: boolean; readonly dryRun: boolean },
  now: number,
): Promise<ImportResult> {
  const { position, clientId, provider, refreshToken, scopes, metadata } = record
  const result = (outcome: ImportResult['outcome'], reason: string | null = null): ImportResult => ({
    position,
    clientId,
    provider,
    outcome,
    reason,
  })
  const { accessToken, expiresInMs } = usableAccessToken(record, now)
  if (accessToken === null && refreshToken === null) {
    return result('refused', 'Its access token has expired, and it has no refresh token.')
  }
  try {
    const tokens = { clientId, provider, accessToken, refreshToken, expiresInMs, scopes, metadata }
    const stored = await storeImported(service, tokens, options)
    return result(stored === 'stored' ? 'imported' : 'kept')
  } catch (error) {
    if (!(error instanceof EvergrantError) || error instanceof StoreUnavailableError) throw error
    return result('refused', error.message)
  }
}

/** The access token, unless it has ended or another can be had where nobody knows. */
export function usableAccessToken(
  { accessToken, refreshToken, expiry }: Pick<TokenImport, 'accessToken' | 'refreshToken' | 'expiry'>,
  now: number,
): Pick<TokenImport, 'accessToken'> & { readonly expiresInMs: number | null } {
  switch (expiry.kind) {
    case 'unknown':
      return { accessToken: refreshToken === null ? accessToken : null, expiresInMs: null }
    case 'in':
      return { accessToken: expiry.ms > 0 ? accessToken : null, expiresInMs: expiry.ms }
    case 'at':
      return { accessToken: expiry.at > now ? accessToken : null, expiresInMs: expiry.at - now }
  }
}
