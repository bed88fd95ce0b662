import { text } from 'node:stream/consumers'
import { type ImportResult, importFromEnvironment, importTokens, parseTokenRecords } from 'evergrant/admin'
import { EXIT, UsageError } from '../failure.ts'
import { type Invocation, textOption, withService } from '../invocation.ts'
import { progressBar } from '../progress-bar.ts'
import { visible } from '../visible-text.ts'
import { importFromSource } from './import-from.ts'

// What goes with --from alone.
const OF_A_SOURCE = ['source', 'table', 'client', 'map', 'apply']

/** Takes tokens over: from another system, from the environment, or from records on standard input. */
export async function importTokensOf(invocation: Invocation): Promise<number> {
  if (invocation.options.from !== undefined) return importFromSource(invocation)
  const stray = OF_A_SOURCE.find(name => invocation.options[name] !== undefined)
  if (stray !== undefined) {
    throw new UsageError(`--${stray} goes with --from. See \`evergrant import --help\`.`)
  }
  return importRecords(invocation)
}

/** Imports tokens, and tells of each record what became of it. Fails when one was refused. */
async function importRecords(invocation: Invocation): Promise<number> {
  const dryRun = invocation.options.dryRun === true
  const clientId = textOption(invocation, 'env')
  const results =
    clientId === undefined
      ? await fromInput(invocation, dryRun)
      : await fromEnvironment(invocation, clientId, dryRun)
  const count = (outcome: ImportResult['outcome']): number =>
    results.filter(result => result.outcome === outcome).length
  const counts = { imported: count('imported'), kept: count('kept'), refused: count('refused') }
  invocation.output.report({ dryRun, ...counts, results }, [
    ...results.map(result => lineOf(result, dryRun)),
    `${counts.imported} ${dryRun ? 'to import' : 'imported'}, ${counts.kept} kept, ${counts.refused} refused`,
  ])
  return counts.refused === 0 ? EXIT.done : EXIT.failed
}

async function fromInput(invocation: Invocation, dryRun: boolean): Promise<readonly ImportResult[]> {
  if (textOption(invocation, 'provider') !== undefined) {
    throw new UsageError('--provider goes with --env. Records name their providers themselves.')
  }
  if (process.stdin.isTTY) {
    throw new UsageError(
      'There is nothing to import. Send JSON to standard input, or name a client with --env. ' +
        'See `evergrant import --help`.',
    )
  }
  const records = parseTokenRecords(await text(process.stdin))
  const overwrite = invocation.options.overwrite === true
  let done = 0
  const onResult = (): void => invocation.output.progress(progressBar(++done, records.length))
  return withService(invocation, {}, service =>
    importTokens(service, records, { overwrite, dryRun, onResult }),
  )
}

function fromEnvironment(
  invocation: Invocation,
  clientId: string,
  dryRun: boolean,
): Promise<readonly ImportResult[]> {
  if (invocation.options.overwrite === true) {
    throw new UsageError(
      '--overwrite does not go with --env: a stored token wins over the environment. ' +
        'Send the new one to standard input instead.',
    )
  }
  const provider = textOption(invocation, 'provider')
  const providers = provider === undefined ? undefined : [provider]
  return withService(invocation, {}, service =>
    importFromEnvironment(service, { clientId, providers, dryRun }),
  )
}

function lineOf({ position, clientId, provider, outcome, reason }: ImportResult, dryRun: boolean): string {
  const name = `${visible(clientId)}  ${visible(provider)}`
  switch (outcome) {
    case 'imported':
      return `${dryRun ? 'to import' : 'imported '}  ${name}`
    case 'kept':
      return `kept       ${name}  (there already)`
    case 'refused':
      return `refused    ${name}  record ${position}: ${visible(reason ?? '')}`
  }
}
