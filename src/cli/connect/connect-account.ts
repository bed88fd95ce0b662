import type { Connected, OAuthTokenService } from 'evergrant'
import type { Output } from '../output.ts'
import { readSecret } from '../terminal-question.ts'
import { connectByBrowser } from './by-browser.ts'
import { connectByDevice } from './by-device.ts'
import type { ConnectRequest } from './connect-request.ts'
import { lookAtStatus, NOTHING_CONNECTED, tellingWhenInterrupted } from './interrupted.ts'

/**
 * Connects one account, in whichever way was asked for. What was connected before is untouched where it fails.
 * @throws EvergrantError, UsageError
 */
export async function connectAccount(
  service: OAuthTokenService,
  request: ConnectRequest,
  output: Output,
): Promise<Connected> {
  const before = request.asksAsConfigured ? undefined : await scopesBefore(service, request)
  const asked = { ...request, scopes: request.scopes ?? before }
  switch (request.way) {
    case 'browser':
      return connectByBrowser(service, asked, output)
    case 'device':
      return connectByDevice(service, asked, output)
    case 'code':
      return connectByCode(service, asked, output)
  }
}

/** The code is read when everything else is there: it lives for minutes. */
async function connectByCode(
  service: OAuthTokenService,
  { clientId, provider, scopes, parameters, redirectUri, replacesAccount }: ConnectRequest,
  output: Output,
): Promise<Connected> {
  const code = await tellingWhenInterrupted(output, NOTHING_CONNECTED, () => readSecret('Code', output))
  return tellingWhenInterrupted(output, lookAtStatus(clientId), () =>
    service.exchangeCode(clientId, provider, code, {
      scopes,
      redirectUri,
      metadata: parameters,
      confirmAccount: replacesAccount,
    }),
  )
}

async function scopesBefore(
  service: OAuthTokenService,
  { clientId, provider }: ConnectRequest,
): Promise<readonly string[] | undefined> {
  const { connections } = await service.listTokens({ clientId, provider, limit: 1 })
  const scopes = connections[0]?.scopes ?? []
  return scopes.length === 0 ? undefined : scopes
}
