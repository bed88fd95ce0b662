import type { CatalogueEntry } from '../catalogue-entry.ts'

/**
 * Figma.
 * @see https://developers.figma.com/docs/rest-api/authentication/
 * @see https://arcticjs.dev/providers/figma
 * @see https://github.com/pilcrowonpaper/arctic/tree/v3/src/providers
 * @see https://github.com/better-auth/better-auth/tree/main/packages/core/src/social-providers
 * @see https://github.com/NangoHQ/nango/blob/master/packages/providers/providers.yaml
 * @see https://github.com/amp-labs/connectors/tree/main/providers
 */
export const figma: CatalogueEntry = {
  title: 'Figma',
  notes: ['Refreshes go to a URL of their own, and bring no refresh token.'],
  authorizationEndpoint: 'https://www.figma.com/oauth',
  tokenEndpoint: 'https://api.figma.com/v1/oauth/token',
  apiHosts: ['api.figma.com'],
  refreshEndpoint: 'https://api.figma.com/v1/oauth/refresh',
  clientAuthentication: 'client_secret_basic',
  requestFormat: 'form',
  scopeSeparator: ',',
  refreshTokens: { rotates: 'never' },
}
