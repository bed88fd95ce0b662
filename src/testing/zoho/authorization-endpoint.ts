import type { Accounts } from './accounts.ts'
import { type Answer, pageAnswer, redirectAnswer } from './answer.ts'
import { consentPage, refusalPage } from './authorization-pages.ts'
import { type AuthorizationRequest, parseAuthorizationRequest } from './authorization-request.ts'
import type { LedgerLine } from './ledger.ts'
import type { LocalZohoUser } from './settings.ts'
import type { TokenParams } from './token-params.ts'

export const AUTHORIZATION_PATH = '/oauth/v2/auth'

/** What the user said to it on the consent page. */
export type Decision = { readonly kind: 'given'; readonly user: LocalZohoUser } | { readonly kind: 'refused' }

/** Where one request is answered. */
export interface AuthorizationPlace {
  readonly accounts: Accounts
  readonly line: LedgerLine
}

/**
 * `GET /oauth/v2/auth`: asks the user on a page, or answers for the user where the settings say so. What is wrong with
 * the request is told on a page too: Zoho does not send the browser back then.
 */
export function answerAuthorizationRequest(place: AuthorizationPlace, params: TokenParams): Answer {
  const { accounts, line } = place
  line.note({ app: params.client_id ?? null })
  const request = parseAuthorizationRequest(accounts, params)
  if (typeof request === 'string') return refuse(line, request)
  const { consent, signedInUser } = accounts.settings
  const user = accounts.users.find(({ email }) => email === signedInUser) ?? accounts.users[0]
  if (user === undefined) return refuse(line, 'unsupported_dc')
  switch (consent) {
    case 'asked':
      line.note({ outcome: 'asked' })
      return pageAnswer(consentPage(request, accounts.users, user))
    case 'given':
      return decide(place, request, { kind: 'given', user })
    case 'refused':
      return decide(place, request, { kind: 'refused' })
  }
}

/** `POST /oauth/v2/auth`: the form of the consent page, sent to the address of the page. */
export function answerDecision(
  place: AuthorizationPlace,
  params: TokenParams,
  form: Readonly<Record<string, unknown>>,
): Answer {
  const { accounts, line } = place
  line.note({ app: params.client_id ?? null })
  const request = parseAuthorizationRequest(accounts, params)
  if (typeof request === 'string') return refuse(line, request)
  if (form.decision === 'refuse') return decide(place, request, { kind: 'refused' })
  const user = accounts.users.find(({ email }) => email === form.user)
  if (form.decision !== 'accept' || user === undefined) return refuse(line, 'invalid_request')
  return decide(place, request, { kind: 'given', user })
}

function decide(
  { accounts, line }: AuthorizationPlace,
  request: AuthorizationRequest,
  decision: Decision,
): Answer {
  const { app, redirectUri, state, offline, promptsConsent, challenge } = request
  const returnWith = (parameters: Readonly<Record<string, string>>): Answer => {
    const target = new URL(redirectUri)
    for (const [name, value] of Object.entries({ ...(state === null ? {} : { state }), ...parameters })) {
      target.searchParams.set(name, value)
    }
    return redirectAnswer(target)
  }
  if (decision.kind === 'refused') {
    line.note({ outcome: 'access_denied' })
    return returnWith({ error: 'access_denied' })
  }
  const scopes = request.scopes.filter(scope => !accounts.settings.withheldScopes.includes(scope))
  const environment = 'production' as const
  const owner = { app: app.clientId, user: decision.user.email, scopes, environment }
  const isFirst = !accounts.grants.hasLive(owner)
  const code = accounts.codes.issue(
    { ...owner, offline: offline && (promptsConsent || isFirst), redirectUri, challenge },
    accounts.settings.codeLifetimeMs,
  )
  line.note({ outcome: 'code_issued' })
  return returnWith({ code, location: accounts.location, 'accounts-server': accounts.url })
}

function refuse(line: LedgerLine, word: string): Answer {
  line.note({ outcome: word })
  return pageAnswer(refusalPage(word), 400)
}
