import type { Accounts } from './accounts.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import type { LocalZohoSettings, ZohoEnvironment } from './settings.ts'

/** Tokens to answer with. */
export interface IssuedTokens {
  readonly accessToken: string
  /** Null: there is none, or the one that was sent stays. */
  readonly refreshToken: string | null
  readonly scopes: readonly string[]
  readonly environment: ZohoEnvironment
}

/** An answer with tokens. Scopes are asked for with commas and reported with spaces. */
export function tokenAnswer(accounts: Accounts, issued: IssuedTokens): Answer {
  const { accessToken, refreshToken, scopes, environment } = issued
  const { settings } = accounts
  const seconds = lifetimeSeconds(settings)
  return jsonAnswer({
    access_token: accessToken,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    ...(settings.scopesInAnswers ? { scope: scopes.join(' ') } : {}),
    api_domain: accounts.apiDomain(environment),
    token_type: 'Bearer',
    ...(settings.legacyExpiry
      ? { expires_in_sec: seconds, expires_in: seconds * 1000 }
      : { expires_in: seconds }),
  })
}

/** The lifetime as answers print it: whole seconds, at least one. */
export function lifetimeSeconds({ accessTokenLifetimeMs }: LocalZohoSettings): number {
  return Math.max(1, Math.floor(accessTokenLifetimeMs / 1000))
}
