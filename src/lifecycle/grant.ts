import type { Connection } from './connection.ts'
import type { ProviderTraits } from './provider-traits.ts'

/** Whether a new access token can be had without a person: by a refresh token, or by the app's own credentials. */
export function isRenewable(
  { hasRefreshToken }: Pick<Connection, 'hasRefreshToken'>,
  { grant }: Pick<ProviderTraits, 'grant'>,
): boolean {
  return hasRefreshToken || grant === 'client_credentials'
}

/**
 * Whether only a new grant helps. The app's own credentials are no grant that a user could give anew: a row that was
 * given up under another grant lives on.
 */
export function isDead(
  { status }: Pick<Connection, 'status'>,
  { grant }: Pick<ProviderTraits, 'grant'>,
): boolean {
  return status === 'reauthorization_required' && grant === 'refresh_token'
}
