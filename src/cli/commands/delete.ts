import { EXIT } from '../failure.ts'
import { argument, type Invocation, withService } from '../invocation.ts'
import { visible } from '../visible-text.ts'

/** Deletes a connection; with `--revoke` the provider is told too. Deleting what is not there is no failure. */
export async function deleteConnection(invocation: Invocation): Promise<number> {
  const clientId = argument(invocation, 0)
  const provider = argument(invocation, 1)
  const revoke = invocation.options.revoke === true
  const deleted = await withService(invocation, {}, service =>
    service.deleteToken(clientId, provider, { revoke }),
  )
  const name = `${visible(provider)} of ${visible(clientId)}`
  const done = revoke ? `Deleted ${name}, and revoked it at the provider.` : `Deleted ${name}.`
  invocation.output.report({ clientId, provider, deleted, revoked: deleted && revoke }, [
    deleted ? done : `There was no ${name}.`,
  ])
  return EXIT.done
}
