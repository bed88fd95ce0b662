import { systemClock } from 'evergrant/admin'
import { durationText } from '../duration-text.ts'
import { EXIT } from '../failure.ts'
import { argument, type Invocation, withService } from '../invocation.ts'
import { visible } from '../visible-text.ts'

/** Refreshes now. The token itself is not printed: `evergrant token` does that. */
export async function refresh(invocation: Invocation): Promise<number> {
  const clientId = argument(invocation, 0)
  const provider = argument(invocation, 1)
  const { expiresAt, scopes, metadata } = await withService(invocation, {}, service =>
    service.refreshToken(clientId, provider),
  )
  const expiry =
    expiresAt === null
      ? ''
      : `; the token is good for ${durationText(expiresAt.getTime() - systemClock.wallMs())}`
  invocation.output.report({ clientId, provider, expiresAt, scopes, metadata }, [
    `Refreshed ${visible(provider)} of ${visible(clientId)}${expiry}.`,
  ])
  return EXIT.done
}
