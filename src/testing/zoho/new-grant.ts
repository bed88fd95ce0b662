import type { Accounts } from './accounts.ts'
import { type Answer, throttleAnswer } from './answer.ts'
import type { LedgerLine } from './ledger.ts'
import type { ZohoEnvironment } from './settings.ts'
import { tokenAnswer } from './token-answer.ts'

/** What a user gave to an app. */
export interface Consent {
  readonly app: string
  readonly user: string
  readonly scopes: readonly string[]
  readonly environment: ZohoEnvironment
  /** `access_type=offline`: a refresh token, at the first consent or with `promptsConsent`. */
  readonly offline: boolean
  readonly promptsConsent: boolean
  /** Called once tokens are issued: what stood for the consent is good no more. */
  readonly useUp: () => void
}

/** Tokens for what a user gave. Too many new refresh tokens are throttled as too many refreshes are. */
export function issueToUser(accounts: Accounts, line: LedgerLine, consent: Consent): Answer {
  const { grants, accessTokens, settings, refreshTokenRate } = accounts
  const { app, user, scopes, environment, useUp } = consent
  const isFirst = !grants.hasLive({ app, user, scopes })
  const isOffline = consent.offline && (consent.promptsConsent || isFirst)
  if (isOffline && !refreshTokenRate.admit(`${app} ${user}`, settings.refreshTokenLimit)) {
    line.note({ outcome: 'throttled' })
    return throttleAnswer(settings)
  }
  useUp()
  const created = isOffline
    ? grants.create({ app, user, scopes, environment }, settings)
    : { grant: null, refreshToken: null }
  const grant = created.grant?.id ?? null
  line.note({ outcome: 'issued', grant })
  const accessToken = accessTokens.issue({ grant, app, user, scopes, environment }, settings)
  return tokenAnswer(accounts, { accessToken, refreshToken: created.refreshToken, scopes, environment })
}
