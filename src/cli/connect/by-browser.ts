import type { AccountChanged, AuthorizationFlowReason, Connected, OAuthTokenService } from 'evergrant'
import { systemClock } from 'evergrant/admin'
import { UsageError } from '../failure.ts'
import type { Output } from '../output.ts'
import { askYes, canAsk } from '../terminal-question.ts'
import { visible } from '../visible-text.ts'
import { openBrowser } from './browser.ts'
import { type Arrival, type Callback, CallbackListener } from './callback-listener.ts'
import type { ConnectRequest } from './connect-request.ts'
import { loopbackPlace } from './loopback-place.ts'

// Of this machine's clock and the database's, one may be wrong.
const SHORTEST_WAIT_MS = 60_000
const LONGEST_WAIT_MS = 600_000

/** Sends the system's browser to the provider and waits for it to come back (RFC 8252). */
export async function connectByBrowser(
  service: OAuthTokenService,
  request: ConnectRequest,
  output: Output,
): Promise<Connected> {
  const { clientId, provider, scopes } = request
  const listener = await CallbackListener.open(loopbackPlace(request, provider))
  try {
    const { redirectUri } = listener
    const { url, binding, expiresAt } = await service.authorizationUrl(clientId, provider, {
      scopes,
      redirectUri,
    })
    const link = listener.begin({ url: webPage(url, provider), binding })
    sendBrowser(request, { link, host: new URL(url).host, redirectUri }, output)
    const left = expiresAt.getTime() - systemClock.wallMs()
    const arrival = await listener.arrival(Math.min(Math.max(left, SHORTEST_WAIT_MS), LONGEST_WAIT_MS))
    output.progress('')
    const callback = await callbackOf(arrival, request)
    const result = await service.handleCallback(callback.url, {
      binding: callback.binding,
      clientId,
      provider,
    })
    if (result.kind === 'account_changed') {
      return await changeAccount({ service, request, listener, output }, result, callback)
    }
    listener.show('connected')
    return result
  } finally {
    await listener.close()
  }
}

interface Way {
  readonly link: string
  readonly host: string
  readonly redirectUri: string
}

function sendBrowser(
  { clientId, provider, scopes, opensBrowser }: ConnectRequest,
  { link, host, redirectUri }: Way,
  output: Output,
): void {
  const what = `${visible(provider)} of ${visible(clientId)}`
  output.complain([
    opensBrowser
      ? `Connecting ${what} in your browser. If none opens, open this:`
      : `Connecting ${what}. Open this address on this machine:`,
    `  ${link}`,
    output.paintComplaint('dim', `It leads to ${host}. The redirect URI is`),
    output.paintComplaint('dim', `  ${redirectUri}`),
  ])
  if (scopes === undefined) {
    output.complain(['No scopes are asked for. A provider that wants some says so: name them with --scopes.'])
  }
  output.progress('Waiting for the browser to come back; Ctrl-C ends it.')
  if (!opensBrowser) return
  void openBrowser(link).then(isOpen => {
    if (!isOpen) output.hint('No browser could be opened from here.')
  })
}

async function callbackOf(arrival: Arrival, request: ConnectRequest): Promise<Callback> {
  switch (arrival.kind) {
    case 'callback':
      return arrival.callback
    case 'timeout':
      throw await flowError('The browser did not come back in time. Run the same again.', 'expired', request)
    case 'opened_twice':
      throw await flowError(
        'The address was opened by two browsers, so nobody can say which of them is yours. ' +
          'Nothing was connected. Run the same again; if it was not you, somebody on this machine reads along.',
        'wrong_browser',
        request,
      )
  }
}

interface Conversation {
  readonly service: OAuthTokenService
  readonly request: ConnectRequest
  readonly listener: CallbackListener
  readonly output: Output
}

/** Another account than the one that is connected: nobody else is asked than who runs the command. */
async function changeAccount(
  { service, request, listener, output }: Conversation,
  { account, confirmation }: AccountChanged,
  { binding }: Callback,
): Promise<Connected> {
  const { clientId, provider, replacesAccount } = request
  const name = `${visible(provider)} of ${visible(clientId)}`
  const other = account === null ? 'it may be another one' : `this one is ${visible(account)}`
  if (!replacesAccount) {
    if (canAsk(output)) listener.show('asked')
    const isAgreed =
      canAsk(output) && (await askYes(`Another account is connected as ${name}; ${other}. Replace it?`))
    if (!isAgreed) {
      throw await flowError(
        `Another account is connected as ${name}; ${other}. It is untouched. ` +
          'To replace it, run the same again with --replace-account.',
        'account_changed',
        request,
      )
    }
  }
  const connected = await service.confirmAccountChange(confirmation, { binding, clientId })
  listener.show('connected')
  return connected
}

/** The provider's page, for a browser. @throws UsageError the profile has something else in its place */
function webPage(url: string, provider: string): string {
  if (/^https?:$/.test(new URL(url).protocol)) return url
  throw new UsageError(
    `The authorization endpoint of ${provider} is no address of the web. Correct its profile.`,
  )
}

async function flowError(
  message: string,
  reason: AuthorizationFlowReason,
  { clientId, provider }: ConnectRequest,
): Promise<Error> {
  const { AuthorizationFlowError } = await import('evergrant')
  return new AuthorizationFlowError(message, reason, { clientId, provider })
}
