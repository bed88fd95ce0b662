import { type RevokeResult, revokeTokens } from 'evergrant/admin'
import { EXIT, UsageError } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { type Invocation, textOption, withService } from '../invocation.ts'
import type { Output } from '../output.ts'
import { visible } from '../visible-text.ts'

/** Revokes and deletes whatever matches, and tells of each that could not be. Fails when there is one. */
export async function revoke(invocation: Invocation): Promise<number> {
  const { output, options, args } = invocation
  const [clientId] = args
  const provider = textOption(invocation, 'provider')
  const before = instantOf('--before', textOption(invocation, 'before'))
  const isNarrowed = clientId !== undefined || provider !== undefined || before !== undefined
  if (isNarrowed === (options.all === true)) {
    throw new UsageError('Say which: a client, --provider, --before or several of them; or --all.')
  }
  const dryRun = options.yes !== true
  let done = 0
  const results = await withService(invocation, {}, service =>
    revokeTokens(service, {
      clientId,
      provider,
      before,
      dryRun,
      onResult: () => output.progress(`${++done} ${dryRun ? 'found' : 'done'}`),
    }),
  )
  tell(results, dryRun, output)
  return results.every(({ outcome }) => outcome === 'revoked') ? EXIT.done : EXIT.failed
}

function tell(results: readonly RevokeResult[], dryRun: boolean, output: Output): void {
  const count = (outcome: RevokeResult['outcome']): number =>
    results.filter(result => result.outcome === outcome).length
  const counts = { revoked: count('revoked'), unconfirmed: count('unconfirmed'), kept: count('kept') }
  const lines = results
    .filter(({ outcome }) => dryRun || outcome !== 'revoked')
    .map(({ clientId, provider, outcome, reason }) => {
      const word = (dryRun && outcome === 'revoked' ? 'to revoke' : outcome).padEnd(11)
      const why = reason === null ? '' : `  ${visible(reason)}`
      return `${word}  ${visible(clientId)}  ${visible(provider)}${why}`
    })
  const sum = dryRun
    ? `${counts.revoked} to revoke, ${counts.kept} cannot be. Nothing was done: add --yes to do it.`
    : `${counts.revoked} revoked, ${counts.unconfirmed} unconfirmed, ${counts.kept} kept`
  const again =
    counts.unconfirmed === 0
      ? []
      : ['Run the same again for those that the provider did not confirm: they are deleted here.']
  output.report({ dryRun, ...counts, results }, [...lines, sum, ...again])
}
