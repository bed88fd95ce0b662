import type { AccountChanged, AuthorizationFlowReason, Connected, OAuthTokenService } from 'evergrant'
import { systemClock } from 'evergrant/admin'
import { UsageError } from '../failure.ts'
import type { Output } from '../output.ts'
import { askYes, canAsk } from '../terminal-question.ts'
import { visible } from '../visible-text.ts'
import { openBrowser } from './browser.ts'
import { type Arrival, type Callback, CallbackListener } from './callback-listener.ts'
import type { ConnectRequest } from './connect-request.ts'
import { lookAtStatus, NOTHING_CONNECTED, tellingWhenInterrupted } from './interrupted.ts'
import { loopbackPlace } from './loopback-place.ts'
import { arrivalWithin, neverBack } from './wait-for-browser.ts'

/** Sends the system's browser to the provider and waits for it to come back (RFC 8252). */
export async function connectByBrowser(
  service: OAuthTokenService,
  request: ConnectRequest,
  output: Output,
): Promise<Connected> {
  const { clientId, provider, scopes, parameters } = request
  const listener = await CallbackListener.open(loopbackPlace(request, provider))
  try {
    const { redirectUri } = listener
    const { url, binding, expiresAt } = await service.authorizationUrl(clientId, provider, {
      scopes,
      redirectUri,
      metadata: parameters,
    })
    const link = listener.begin({ url: webPage(url, provider), binding })
    sendBrowser(request, { link, page: new URL(url), redirectUri }, output)
    const left = expiresAt.getTime() - systemClock.wallMs()
    const arrival = await tellingWhenInterrupted(output, NOTHING_CONNECTED, () =>
      arrivalWithin(left, { listener, output, clock: systemClock }),
    )
    const callback = await callbackOf(arrival, request, redirectUri)
    const result = await tellingWhenInterrupted(output, lookAtStatus(clientId), () =>
      service.handleCallback(callback.url, { binding: callback.binding, clientId, provider }),
    )
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
  /** The provider's, with what is asked for. */
  readonly page: URL
  readonly redirectUri: string
}

function sendBrowser(
  { clientId, provider, opensBrowser }: ConnectRequest,
  { link, page, redirectUri }: Way,
  output: Output,
): void {
  const what = `${visible(provider)} of ${visible(clientId)}`
  output.complain([
    opensBrowser
      ? `Connecting ${what} in your browser, or at this address:`
      : `Connecting ${what}. Open this address on this machine:`,
    `  ${link}`,
  ])
  const facts = [
    ['leads to', page.host],
    ['asks for', visible(page.searchParams.get('scope') ?? '') || 'no scopes: --scopes names some'],
    ['redirect', redirectUri],
  ] as const
  for (const [about, is] of facts) {
    output.complain([output.paintComplaint('dim', `  ${about}  ${is}`)], ' '.repeat(12))
  }
  if (!opensBrowser) return
  void openBrowser(link).then(isOpen => {
    if (!isOpen) output.hint('No browser could be opened from here.')
  })
}

async function callbackOf(arrival: Arrival, request: ConnectRequest, redirectUri: string): Promise<Callback> {
  switch (arrival.kind) {
    case 'callback':
      return arrival.callback
    case 'timeout':
      throw await flowError(neverBack(redirectUri), 'expired', request)
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
      canAsk(output) &&
      (await tellingWhenInterrupted(output, NOTHING_CONNECTED, () =>
        askYes(`Another account is connected as ${name}; ${other}. Replace it?`),
      ))
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
