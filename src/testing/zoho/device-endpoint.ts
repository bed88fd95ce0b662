import type { Accounts } from './accounts.ts'
import { type Answer, errorAnswer, jsonAnswer, pageAnswer } from './answer.ts'
import { devicePage, noticePage } from './authorization-pages.ts'
import { parseScopes } from './authorization-request.ts'
import { mayAsk } from './client-types.ts'
import type { LedgerLine } from './ledger.ts'
import { issueToUser } from './new-grant.ts'
import type { TokenParams } from './token-params.ts'

export const DEVICE_CODE_PATH = '/oauth/v3/device/code'
export const DEVICE_TOKEN_PATH = '/oauth/v3/device/token'
export const DEVICE_PAGE_PATH = '/oauth/v3/device'

/**
 * `POST /oauth/v3/device/code`: begins the flow of an app without a browser.
 * https://www.zoho.com/accounts/protocol/oauth/devices/initiation-request.html
 */
export function answerDeviceRequest(accounts: Accounts, params: TokenParams, line: LedgerLine): Answer {
  const { settings, centres, location } = accounts
  if (params.grant_type !== 'device_request') return refuse(line, 'unsupported_grant_type')
  const app = accounts.findApp(params.client_id)
  if (app === undefined || !mayAsk(app, 'device')) return refuse(line, 'invalid_client')
  const scopes = parseScopes(params.scope)
  if (scopes === null) return refuse(line, 'invalid_scope')
  const request = {
    app: app.clientId,
    location,
    scopes,
    offline: params.access_type === 'offline',
    promptsConsent: params.prompt === 'consent',
  }
  const { deviceCode, userCode } = centres.devices.issue(request, settings.deviceCodeLifetimeMs)
  const unitMs = settings.deviceMilliseconds ? 1 : 1_000
  line.note({ outcome: 'code_issued' })
  const page = accounts.url + DEVICE_PAGE_PATH
  return jsonAnswer({
    user_code: userCode,
    device_code: deviceCode,
    verification_url: page,
    verification_uri_complete: `${page}?${new URLSearchParams({ code: userCode })}`,
    interval: Math.ceil(settings.deviceIntervalMs / unitMs),
    expires_in: Math.floor(settings.deviceCodeLifetimeMs / unitMs),
  })
}

/**
 * `POST /oauth/v3/device/token`: a look of the device. What it waits for is told with HTTP 200.
 * https://www.zoho.com/accounts/protocol/oauth/devices/polling-request.html
 */
export function answerDeviceLook(accounts: Accounts, params: TokenParams, line: LedgerLine): Answer {
  const { centres, settings, location } = accounts
  if (params.grant_type !== 'device_token') return refuse(line, 'unsupported_grant_type')
  const app = accounts.findApp(params.client_id)
  if (app === undefined || !mayAsk(app, 'device')) return refuse(line, 'invalid_client')
  if (params.client_secret !== accounts.secretOf(app)) return refuse(line, 'invalid_client_secret')
  const code = params.code ?? ''
  const look = centres.devices.look(code, app.clientId, location, settings)
  switch (look.kind) {
    case 'unknown':
    case 'used':
      return refuse(line, 'invalid_code', look.kind)
    case 'expired':
      return refuse(line, settings.deviceExpiredError)
    case 'too_fast':
      return refuse(line, 'slow_down')
    case 'pending':
      return refuse(line, 'authorization_pending')
    case 'refused':
      return refuse(line, 'access_denied')
    case 'approved': {
      const { user, request } = look
      const home = centres.of(user.location)
      if (home !== accounts) {
        line.note({ outcome: 'other_dc' })
        return jsonAnswer({ error: 'other_dc', user_location: home.location })
      }
      return issueToUser(accounts, line, {
        app: app.clientId,
        user: user.email,
        scopes: request.scopes.filter(scope => !settings.withheldScopes.includes(scope)),
        environment: 'production',
        offline: request.offline,
        promptsConsent: request.promptsConsent,
        useUp: () => centres.devices.useUp(code),
      })
    }
  }
}

/** `GET /oauth/v3/device`: where the user types the code, on any device. */
export function answerDevicePage({ centres }: Accounts, { code = '' }: TokenParams): Answer {
  return pageAnswer(devicePage(centres.users, code))
}

/** `POST /oauth/v3/device`: the form of that page. */
export function answerDeviceDecision(
  { centres }: Accounts,
  form: Readonly<Record<string, unknown>>,
  line: LedgerLine,
): Answer {
  const user = centres.users.find(({ email }) => email === form.user)
  const code = typeof form.code === 'string' ? form.code : ''
  const isRefusal = form.decision === 'refuse'
  if (!isRefusal && (form.decision !== 'accept' || user === undefined)) {
    line.note({ outcome: 'invalid_request' })
    return pageAnswer(noticePage('This form is not complete.'), 400)
  }
  const decided = centres.devices.decide(
    code,
    isRefusal || user === undefined ? { kind: 'refused' } : { kind: 'approved', user },
  )
  line.note({
    outcome: decided ? (form.decision === 'accept' ? 'approved' : 'access_denied') : 'invalid_code',
  })
  if (!decided) return pageAnswer(noticePage('No device waits with this code.'), 400)
  return pageAnswer(noticePage('Done. Your device goes on by itself.'))
}

function refuse(line: LedgerLine, error: string, reason: string | null = null): Answer {
  line.note({ outcome: error, reason })
  return errorAnswer(error)
}
