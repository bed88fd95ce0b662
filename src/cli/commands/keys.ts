import type { OAuthTokenService } from 'evergrant'
import {
  type ForgottenKey,
  findDatabase,
  forgetKey,
  generateKey,
  type KeyList,
  listKeys,
  type ResealOptions,
  type ResealReport,
  rotateKeys,
  sealTokens,
} from 'evergrant/admin'
import { EXIT } from '../failure.ts'
import { argument, type Invocation, textOption, withAnyKeys, withService } from '../invocation.ts'
import { linesWithoutDatabase } from '../no-database.ts'
import { progressBar } from '../progress-bar.ts'
import { Table } from '../table.ts'
import { visible } from '../visible-text.ts'

const NO_KEYS: KeyList = { keys: [], unknown: [], plaintext: 0 }

/** Prints a new encryption key, alone, so that a shell or a secret store can take it. */
export async function generate(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const key = generateKey({ id: textOption(invocation, 'id') })
  output.report({ id: key.slice(0, key.indexOf(':')), key }, [key])
  output.hint(
    'Put it in EVERGRANT_ENCRYPTION_KEYS, in front of keys that are there. Without it nothing opens.',
  )
  return EXIT.done
}

/** Counts the values of each key. Fails when a value has no key. */
export async function list(invocation: Invocation): Promise<number> {
  const database = findDatabase({ schema: invocation.schema })
  if (database.exists === false) {
    // To open it would make it, and a key file with it.
    invocation.output.report(NO_KEYS, linesWithoutDatabase(database))
    return EXIT.done
  }
  const keys = await withAnyKeys(invocation, { migrate: false }, service => listKeys(service))
  invocation.output.report(keys, tableOf(keys))
  return keys.unknown.length === 0 ? EXIT.done : EXIT.failed
}

/** Seals everything with the first key. */
export function rotate(invocation: Invocation): Promise<number> {
  return reseal(invocation, rotateKeys)
}

/** Seals plaintext. */
export function seal(invocation: Invocation): Promise<number> {
  return reseal(invocation, sealTokens)
}

/** Has the database need a key no longer. */
export async function forget(invocation: Invocation): Promise<number> {
  const { output, options } = invocation
  const dryRun = options.dryRun === true
  const lost = options.lost === true
  const forgotten = await withAnyKeys(invocation, { migrate: false }, service =>
    forgetKey(service, argument(invocation, 0), { lost, dryRun }),
  )
  output.report(forgotten, forgottenLines(forgotten))
  return EXIT.done
}

type Reseal = (service: OAuthTokenService, options: ResealOptions) => Promise<ResealReport>

async function reseal(invocation: Invocation, run: Reseal): Promise<number> {
  const { output, options } = invocation
  let sealed = 0
  const interrupted = (): void =>
    output.complain([`Stopped: ${sealed} values were sealed. Run it again: it goes on from there.`])
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    const report = await withService(invocation, {}, service =>
      run(service, {
        dryRun: options.dryRun === true,
        onProgress: progress => {
          sealed = progress.sealed
          output.progress(progressBar(progress.done, progress.total))
        },
      }),
    )
    output.report(report, resealLines(report))
    return report.unopened + report.skipped === 0 ? EXIT.done : EXIT.failed
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

function resealLines(report: ResealReport): readonly string[] {
  const { dryRun, sealed, unopened, unopenedValues, skipped, released, after } = report
  const unlisted = unopened - unopenedValues.length
  return [
    ...unopenedValues.map(
      ({ clientId, provider, purpose, reason }) =>
        `left       ${visible(clientId)}  ${visible(provider)}  ${purpose}: ${visible(reason)}`,
    ),
    ...(unlisted > 0 ? [`left       ${unlisted} more`] : []),
    `${sealed} ${dryRun ? 'to seal' : 'sealed'}, ${unopened} left because they do not open`,
    ...(skipped > 0 ? [`${skipped} were written by others all the time. Run it again for them.`] : []),
    '',
    ...tableOf(after),
    ...(dryRun || released.length === 0
      ? []
      : ['', `The database does not need ${released.map(visible).join(', ')} any more.`]),
  ]
}

function forgottenLines({ id, dryRun, known, values, connections }: ForgottenKey): readonly string[] {
  const name = visible(id)
  const accounts = connections.map(
    ({ clientId, provider }) => `reconnect  ${visible(clientId)}  ${visible(provider)}`,
  )
  if (dryRun) {
    const state = known ? 'The database needs' : 'The database does not know'
    return [...accounts, `${state} the key ${name}; ${values} values are sealed with it. Nothing was done.`]
  }
  const what = known ? `Services start without the key ${name} now.` : `The database did not need ${name}.`
  return [...accounts, what]
}

/** A line for each key, and one for plaintext. */
function tableOf({ keys, unknown, plaintext }: KeyList): readonly string[] {
  const rows = [
    ['KEY', 'VALUES', ''],
    ...keys.map(({ id, seals, values }) => [id, `${values}`, seals ? 'seals what is written' : '']),
    ...unknown.map(({ id, values }) => [id, `${values}`, 'NOT in the key ring']),
    ...(plaintext === 0 ? [] : [['none', `${plaintext}`, 'plaintext; evergrant keys seal']]),
  ]
  return new Table([]).align(rows.map(row => row.map(visible))).map(cells => cells.join('  ').trimEnd())
}
