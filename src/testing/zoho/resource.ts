import type { AccessTokenOwner } from './access-tokens.ts'
import type { Accounts } from './accounts.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import type { LedgerLine } from './ledger.ts'
import type { RouteEnvironment } from './route-environment.ts'

/**
 * Answers to a live access token of the right scope, under either scheme; otherwise with the bodies of Zoho CRM.
 */
export function answerToOwner(
  { accounts, kind }: Pick<RouteEnvironment, 'accounts' | 'kind'>,
  authorization: string | undefined,
  line: LedgerLine,
  scope: string | null,
  bodyFor: (owner: AccessTokenOwner) => object,
): Answer {
  const refuse = (code: string, message: string): Answer => {
    line.note({ outcome: code })
    return jsonAnswer({ code, details: {}, message, status: 'error' }, 401)
  }
  const [, token] = authorization?.match(/^(?:zoho-oauthtoken|bearer) (\S+)$/i) ?? []
  if (token === undefined) return refuse('AUTHENTICATION_FAILURE', 'Authentication failed')
  const owner = accounts.accessTokens.ownerOf(token)
  if (owner === null || owner.environment !== kind) return refuse('INVALID_TOKEN', 'invalid oauth token')
  line.note({ grant: owner.grant })
  if (scope !== null && !owner.scopes.includes(scope)) {
    return refuse('OAUTH_SCOPE_MISMATCH', 'invalid oauth scope to access this URL')
  }
  line.note({ outcome: 'ok' })
  return jsonAnswer(bodyFor(owner))
}

/** What `/oauth/user/info` tells of a user. */
export function userInfo(accounts: Accounts, userEmail: string | null): object {
  const user = accounts.users.find(({ email }) => email === userEmail)
  if (user === undefined) return {}
  return {
    ZUID: user.zuid,
    Email: user.email,
    First_Name: user.firstName,
    Last_Name: user.lastName,
    Display_Name: `${user.firstName} ${user.lastName}`,
  }
}
