import type { Accounts } from './accounts.ts'
import { type Answer, pageAnswer, redirectAnswer } from './answer.ts'
import { consentPage, refusalPage } from './authorization-pages.ts'
import { type AuthorizationRequest, parseAuthorizationRequest } from './authorization-request.ts'
import type { LedgerLine } from './ledger.ts'
import type { LocalZohoUser, ZohoEnvironment } from './settings.ts'
import type { TokenParams } from './token-params.ts'

export const AUTHORIZATION_PATH = '/oauth/v2/auth'

/** What the user said to it on the consent page. */
export type Decision =
  | { readonly kind: 'given'; readonly user: LocalZohoUser; readonly environment: ZohoEnvironment }
  | { readonly kind: 'refused' }

/** Where one request is answered. */
export interface AuthorizationPlace {
  readonly accounts: Accounts
  readonly line: LedgerLine
  /** The parameters of the address. */
  readonly params: TokenParams
}

/**
 * `GET /oauth/v2/auth`: asks the user on a page, or answers for the user where the settings say so. What is wrong with
 * the request is told on a page too: Zoho does not send the browser back then.
 */
export function answerAuthorizationRequest(place: AuthorizationPlace): Answer {
  const { accounts, line, params } = place
  line.note({ app: params.client_id ?? null })
  const request = parseAuthorizationRequest(accounts, params)
  if (typeof request === 'string') return refuse(line, request)
  const { consent, signedInUser } = accounts.settings
  const { users } = accounts.centres
  const signedIn = users.find(({ email }) => email === signedInUser)
  const user = signedIn ?? accounts.users[0] ?? users[0]
  if (consent === 'refused') return decide(place, request, { kind: 'refused' })
  if (user === undefined) return refuse(line, 'unsupported_dc')
  const environment = 'production'
  if (consent === 'given') return decide(place, request, { kind: 'given', user, environment })
  const { app, scopes, promptsConsent } = request
  const remembers = accounts.grants.hasLive({ app: app.clientId, user: user.email, scopes })
  if (signedIn !== undefined && (homeOf(place, user) !== accounts || (remembers && !promptsConsent)))
    return decide(place, request, { kind: 'given', user, environment })
  line.note({ outcome: 'asked' })
  return pageAnswer(consentPage(request, accounts.centres, user))
}

/** `POST /oauth/v2/auth`: the form of the consent page, sent to the address of the page. */
export function answerDecision(place: AuthorizationPlace, form: Readonly<Record<string, unknown>>): Answer {
  const { accounts, line, params } = place
  line.note({ app: params.client_id ?? null })
  const request = parseAuthorizationRequest(accounts, params)
  if (typeof request === 'string') return refuse(line, request)
  if (form.decision === 'refuse') return decide(place, request, { kind: 'refused' })
  const user = accounts.centres.users.find(({ email }) => email === form.user)
  const asked = form.environment ?? 'production'
  const environment = accounts.centres.environments.find(one => one === asked)
  if (form.decision !== 'accept' || user === undefined || environment === undefined)
    return refuse(line, 'invalid_request')
  // 307: the form comes along.
  return decide(place, request, { kind: 'given', user, environment }, 307)
}

function homeOf({ accounts }: AuthorizationPlace, { location }: LocalZohoUser): Accounts {
  return accounts.centres.of(location)
}

function decide(
  place: AuthorizationPlace,
  request: AuthorizationRequest,
  decision: Decision,
  moving: 302 | 307 = 302,
): Answer {
  const { accounts, line } = place
  if (decision.kind === 'refused') {
    line.note({ outcome: 'access_denied' })
    return returning(request, { error: 'access_denied' })
  }
  const home = homeOf(place, decision.user)
  if (home !== accounts) return moveTo(home, place, request, moving)
  const { app, redirectUri, offline, promptsConsent, challenge } = request
  const { settings } = accounts
  const user = decision.user.email
  if (!accounts.codeRate.admit(`${app.clientId} ${user}`, settings.grantCodeLimit))
    return refuse(line, 'too_many_requests')
  const scopes = request.scopes.filter(scope => !settings.withheldScopes.includes(scope))
  const { environment } = decision
  const owner = { app: app.clientId, user, scopes, environment, offline, promptsConsent }
  const code = accounts.codes.issue({ ...owner, redirectUri, challenge }, settings.codeLifetimeMs)
  line.note({ outcome: 'code_issued' })
  return returning(request, { code, location: accounts.location, 'accounts-server': accounts.url })
}

/**
 * Sends the browser to the data centre of the user, with the same request. China is apart: nobody is sent there, nor
 * from there.
 */
function moveTo(
  home: Accounts,
  { accounts, line, params }: AuthorizationPlace,
  { app }: AuthorizationRequest,
  status: 302 | 307,
): Answer {
  const isApart = [home.location, accounts.location].includes('cn')
  if (isApart || home.findApp(app.clientId) === undefined) return refuse(line, 'unsupported_dc')
  line.note({ outcome: 'other_dc' })
  const target = new URL(home.url + AUTHORIZATION_PATH)
  target.search = new URLSearchParams(params).toString()
  return redirectAnswer(target, status)
}

/** Sends the browser back to the app. */
function returning(
  { redirectUri, state }: AuthorizationRequest,
  parameters: Readonly<Record<string, string>>,
): Answer {
  const target = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...(state === null ? {} : { state }), ...parameters })) {
    target.searchParams.set(name, value)
  }
  return redirectAnswer(target)
}

function refuse(line: LedgerLine, word: string): Answer {
  line.note({ outcome: word })
  return pageAnswer(refusalPage(word), 400)
}
