import type { Accounts } from './accounts.ts'
import { mayAsk } from './client-types.ts'
import { type CodeChallenge, parseChallenge } from './code-challenge.ts'
import type { LocalZohoApp } from './settings.ts'
import type { TokenParams } from './token-params.ts'

/** An authorization request that names everything it needs. */
export interface AuthorizationRequest {
  readonly app: LocalZohoApp
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly state: string | null
  /** `access_type=offline`: its exchange may give a refresh token. */
  readonly offline: boolean
  /** `prompt=consent`: it does so although the user has consented before. */
  readonly promptsConsent: boolean
  readonly challenge: CodeChallenge | null
}

/** The request, or the word for what is wrong with it. */
export function parseAuthorizationRequest(
  accounts: Accounts,
  params: TokenParams,
): AuthorizationRequest | string {
  const app = accounts.findApp(params.client_id)
  if (app === undefined || !mayAsk(app, 'authorization')) return 'invalid_client'
  const redirectUri = params.redirect_uri ?? ''
  if (!isRedirectUriOf(app, redirectUri)) return 'invalid_redirect_uri'
  if (params.response_type !== 'code') return 'invalid_response_type'
  const scopes = parseScopes(params.scope)
  if (scopes === null) return 'invalid_scope'
  const challenge = parseChallenge(params)
  if (challenge === 'malformed' || (challenge === null && app.type === 'mobile')) return 'invalid_request'
  return {
    app,
    redirectUri,
    scopes,
    state: params.state ?? null,
    offline: params.access_type === 'offline',
    promptsConsent: params.prompt === 'consent',
    challenge,
  }
}

/** Scopes, with commas between them. Null: there are none, or one of them cannot be one. */
export function parseScopes(text = ''): readonly string[] | null {
  const scopes = text.split(',')
  return scopes.every(scope => /^[\w.-]+$/.test(scope)) ? scopes : null
}

/** Registered ones have to be repeated exactly: scheme, host, port, path, the slash at its end. */
function isRedirectUriOf({ redirectUris }: LocalZohoApp, redirectUri: string): boolean {
  if (redirectUris !== undefined) return redirectUris.includes(redirectUri)
  return URL.canParse(redirectUri) && /^https?:\/\/[^#]+$/.test(redirectUri)
}
