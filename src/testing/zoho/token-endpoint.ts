import type { Accounts } from './accounts.ts'
import { type Answer, errorAnswer, throttleAnswer } from './answer.ts'
import { parseScopes } from './authorization-request.ts'
import { mayAsk } from './client-types.ts'
import { isMetBy } from './code-challenge.ts'
import type { LedgerLine } from './ledger.ts'
import { issueToUser } from './new-grant.ts'
import type { LocalZohoApp } from './settings.ts'
import { tokenAnswer } from './token-answer.ts'
import type { TokenParams } from './token-params.ts'

interface TokenRequest {
  readonly accounts: Accounts
  readonly app: LocalZohoApp
  readonly params: TokenParams
  readonly line: LedgerLine
}

/** `POST /oauth/v2/token`: does what the parameters ask for, and says what to answer. */
export function answerTokenRequest(accounts: Accounts, params: TokenParams, line: LedgerLine): Answer {
  const grantType = parseGrantType(params.grant_type)
  if (grantType === null) return refuse(line, 'unsupported_grant_type')
  const app = accounts.findApp(params.client_id)
  if (app === undefined || !mayAsk(app, grantType)) return refuse(line, 'invalid_client')
  if (params.client_secret !== accounts.secretOf(app)) return refuse(line, 'invalid_client_secret')
  return exchanges[grantType]({ accounts, app, params, line })
}

type GrantType = 'refresh_token' | 'authorization_code' | 'client_credentials'

const exchanges: Readonly<Record<GrantType, (request: TokenRequest) => Answer>> = {
  refresh_token: refresh,
  authorization_code: exchangeCode,
  client_credentials: issueToApp,
}

function parseGrantType(text: string | undefined): GrantType | null {
  return text !== undefined && Object.hasOwn(exchanges, text) ? (text as GrantType) : null
}

/** Zoho never says `invalid_grant`: a dead refresh token is an `invalid_code` like a dead code. */
function refresh({ accounts, app, params, line }: TokenRequest): Answer {
  const refreshToken = params.refresh_token ?? ''
  const grant = accounts.grants.find(refreshToken)
  if (grant === null || grant.app !== app.clientId) return refuse(line, 'invalid_code', 'unknown')
  if (!accounts.throttle.admit(grant.id, accounts.settings.throttle)) {
    line.note({ outcome: 'throttled' })
    return throttleAnswer(accounts.settings)
  }
  const redemption = accounts.grants.redeem(refreshToken, accounts.settings)
  if (redemption.kind === 'refused') return refuse(line, 'invalid_code', redemption.reason)
  const { scopes, environment } = grant
  const accessToken = accounts.accessTokens.issue({ ...grant, grant: grant.id }, accounts.settings)
  line.note({ outcome: 'issued', rotated: redemption.successor !== null })
  return tokenAnswer(accounts, { accessToken, refreshToken: redemption.successor, scopes, environment })
}

function exchangeCode({ accounts, app, params, line }: TokenRequest): Answer {
  const { codes } = accounts
  const code = params.code ?? ''
  const use = codes.check(code, app.clientId)
  if (use.kind === 'refused') return refuse(line, 'invalid_code', use.reason)
  const { redirectUri, challenge, ...consent } = use.owner
  if (redirectUri !== null && params.redirect_uri !== redirectUri) return refuse(line, 'invalid_redirect_uri')
  // Zoho's word for it is not published.
  if (challenge !== null && !isMetBy(challenge, params.code_verifier))
    return refuse(line, 'invalid_code', 'verifier')
  return issueToUser(accounts, line, { ...consent, useUp: () => codes.useUp(code) })
}

/** A Self Client's own token: bound to an organization (`soid`), without a refresh token. */
function issueToApp({ accounts, app, params, line }: TokenRequest): Answer {
  const asked = parseScopes(params.scope)
  if (asked === null) return refuse(line, 'invalid_scope')
  if (!/^\w+\.\w+$/.test(params.soid ?? '')) return refuse(line, 'missing_org_info')
  const { withheldScopes } = accounts.settings
  const scopes = asked.filter(scope => !withheldScopes.includes(scope))
  const owner = { grant: null, app: app.clientId, user: null, scopes, environment: 'production' } as const
  const accessToken = accounts.accessTokens.issue(owner, accounts.settings)
  line.note({ outcome: 'issued' })
  return tokenAnswer(accounts, { accessToken, refreshToken: null, scopes, environment: 'production' })
}

function refuse(line: LedgerLine, error: string, reason: string | null = null): Answer {
  line.note({ outcome: error, reason })
  return errorAnswer(error)
}
