import type { RefreshRequest } from '../ports/provider.ts'
import type { ProviderProfile } from './profile.ts'
import { resourcesOf } from './resources.ts'

/**
 * What a refresh holds beside the standard's required parameters: those of the profile, the scopes where it wants them
 * (RFC 6749 §6), and the resource indicators of the connection (RFC 8707 §2.2).
 */
export function refreshParameters(
  { refresh, authorization, scopeSeparator }: ProviderProfile,
  { metadata, scopes = [] }: Pick<RefreshRequest, 'metadata' | 'scopes'>,
): URLSearchParams {
  const parameters = new URLSearchParams(refresh.parameters)
  const { redirect_uri: redirectUri } = metadata
  if (refresh.needsRedirectUri && typeof redirectUri === 'string') parameters.set('redirect_uri', redirectUri)
  if (refresh.scope === 'granted' && scopes.length > 0) {
    // An answer may leave out the scope that the refresh token stands for (offline_access).
    const granted = new Set([...scopes, ...authorization.refreshTokenScopes])
    parameters.set('scope', [...granted].join(scopeSeparator))
  }
  const resources = resourcesOf(metadata)
  if (resources.length > 0) parameters.delete('resource')
  for (const resource of resources) parameters.append('resource', resource)
  return parameters
}
