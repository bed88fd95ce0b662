import type { Secret } from '../secret.ts'
import type { ProviderProfile } from './profile.ts'

/** The header in which a provider's APIs take an access token. */
export function tokenHeader(
  { headerName, headerScheme }: Pick<ProviderProfile, 'headerName' | 'headerScheme'>,
  accessToken: Secret,
): Record<string, string> {
  const scheme = headerScheme === '' ? '' : `${headerScheme} `
  return { [headerName]: scheme + accessToken.reveal() }
}
