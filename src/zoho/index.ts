/**
 * Typed clients of Zoho over an `OAuthTokenService`.
 * @module evergrant/zoho
 */

export type { ZohoClientOptions, ZohoClientSettings } from './request/client-options.ts'
export type { ZohoEdition } from './request/editions.ts'
export { ZohoApiError, type ZohoFailure } from './request/zoho-api-error.ts'
export type { ZohoTokens } from './request/zoho-connection.ts'
