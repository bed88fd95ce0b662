import type { Connected, OAuthTokenService } from 'evergrant'
import { systemClock } from 'evergrant/admin'
import { durationText } from '../duration-text.ts'
import type { Output } from '../output.ts'
import { visible } from '../visible-text.ts'
import type { ConnectRequest } from './connect-request.ts'
import { lookAtStatus, tellingWhenInterrupted } from './interrupted.ts'

/** Shows a code that a person enters at the provider, in a browser on any machine, and waits (RFC 8628). */
export async function connectByDevice(
  service: OAuthTokenService,
  { clientId, provider, scopes, parameters, replacesAccount }: ConnectRequest,
  output: Output,
): Promise<Connected> {
  const device = await service.deviceAuthorization(clientId, provider, {
    scopes,
    metadata: parameters,
    confirmAccount: replacesAccount,
  })
  const { userCode, verificationUri, verificationUriComplete, hint, expiresAt } = device
  output.complain([
    `Connecting ${visible(provider)} of ${visible(clientId)}. On any device, open`,
    `  ${visible(verificationUri)}`,
    'and enter',
    `  ${output.paintComplaint('bold', visible(userCode))}`,
    ...(verificationUriComplete === null ? [] : ['or open this, which has the code in it:']),
    ...(verificationUriComplete === null ? [] : [`  ${visible(verificationUriComplete)}`]),
    output.paintComplaint('dim', hint),
  ])
  const left = durationText(expiresAt.getTime() - systemClock.wallMs())
  output.progress(`Waiting, for ${left} at most; Ctrl-C ends it.`)
  try {
    return await tellingWhenInterrupted(output, lookAtStatus(clientId), () => device.wait())
  } finally {
    output.progress('')
  }
}
