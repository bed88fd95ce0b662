import type { OpenOptions } from 'evergrant'
import {
  findDatabase,
  type ImportReport,
  type ImportSource,
  importFrom,
  type ReportedRows,
  type TextInput,
} from 'evergrant/admin'
import { EXIT, UsageError } from '../failure.ts'
import { type Invocation, textOption, withService } from '../invocation.ts'
import { progressBar } from '../progress-bar.ts'
import { visible } from '../visible-text.ts'

const KINDS = ['table', 'better-auth', 'authjs', 'zoho-sdk']
/** Rows of each fate that are named to people; programs get all. */
const NAMED_ROWS = 20

/** Takes over the connections of another system; only tells what it would do without --apply. */
export async function importFromSource(invocation: Invocation): Promise<number> {
  const { output, options } = invocation
  const source = sourceOf(invocation)
  const dryRun = options.apply !== true
  if (!dryRun && options.dryRun === true) throw new UsageError('--apply and --dry-run exclude each other.')
  let imported = 0
  const tell = (): void => {
    if (!dryRun) output.complain([`Stopped: ${imported} were imported. Run it again: they are kept.`])
  }
  process.once('SIGINT', tell).once('SIGTERM', tell)
  try {
    const report = await withService(invocation, dryRun ? untouched(invocation) : {}, service =>
      importFrom(service, source, {
        dryRun,
        overwrite: options.overwrite === true,
        providers: providersOf(options.map),
        keysPerFate: output.isJson ? Infinity : NAMED_ROWS,
        onProgress: progress => {
          imported = progress.imported
          const { done, total } = progress
          output.progress(total === null ? `${done} rows read` : progressBar(done, total))
        },
      }),
    )
    output.report(report, linesOf(report))
    return report.refused === 0 ? EXIT.done : EXIT.failed
  } catch (error) {
    if (imported > 0) tell()
    throw error
  } finally {
    process.off('SIGINT', tell).off('SIGTERM', tell)
  }
}

/** To tell what would be done, no tables are made, and no database: in memory there is as little to be kept. */
function untouched({ schema }: Invocation): OpenOptions {
  const { exists } = findDatabase({ schema })
  return exists === false ? { database: 'memory:' } : { migrate: false }
}

function sourceOf(invocation: Invocation): ImportSource {
  const kind = textOption(invocation, 'from') ?? ''
  // Rows name their providers, but for those of Zoho.
  const strangers = kind === 'zoho-sdk' ? ['env', 'map'] : ['env', 'provider']
  for (const name of strangers) {
    if (invocation.options[name] !== undefined)
      throw new UsageError(`--${name} does not go with --from ${kind}.`)
  }
  const table = textOption(invocation, 'table')
  switch (kind) {
    case 'table':
      clientOf(invocation, kind, [])
      return { from: kind, database: placeOf(invocation), table }
    case 'better-auth':
    case 'authjs': {
      const client = clientOf(invocation, kind, ['user', 'account'])
      return { from: kind, database: placeOf(invocation), table, client }
    }
    case 'zoho-sdk': {
      const client = clientOf(invocation, kind, ['user', 'id'])
      return {
        from: kind,
        input: inputOf(invocation),
        table,
        client,
        provider: textOption(invocation, 'provider'),
      }
    }
    default:
      throw new UsageError(`--from takes one of ${KINDS.join(', ')}.`)
  }
}

/** The value of --client, among those that the kind has. */
function clientOf<Choice extends string>(
  invocation: Invocation,
  kind: string,
  known: readonly Choice[],
): Choice | undefined {
  const text = textOption(invocation, 'client')
  const chosen = known.find(choice => choice === text)
  if (text === undefined || chosen !== undefined) return chosen
  throw new UsageError(
    known.length === 0
      ? `--client does not go with --from ${kind}.`
      : `--client takes ${known.join(' or ')} with --from ${kind}.`,
  )
}

/** A file, else standard input. */
function inputOf(invocation: Invocation): TextInput {
  const file = textOption(invocation, 'source')
  if (file === undefined && process.stdin.isTTY) {
    throw new UsageError('Name the file with --source, or send it to standard input.')
  }
  return file ?? process.stdin
}

/** The option is for places without a secret, and wins over a variable that may have been set for long. */
function placeOf(invocation: Invocation): string {
  return textOption(invocation, 'source') ?? process.env.EVERGRANT_SOURCE_URL?.trim() ?? ''
}

/** `theirs=ours`, or a name that is the same on both sides. */
function providersOf(names: unknown): Readonly<Record<string, string>> | undefined {
  if (!Array.isArray(names)) return undefined
  return Object.fromEntries(
    names.map((name: unknown) => {
      const text = String(name)
      const sign = text.indexOf('=')
      const [theirs, ours] = sign < 0 ? [text, text] : [text.slice(0, sign), text.slice(sign + 1)]
      if (theirs !== '' && ours !== '') return [theirs, ours]
      throw new UsageError('--map takes names of providers, as theirs=ours: --map zoho=zoho_crm.')
    }),
  )
}

function linesOf(report: ImportReport): readonly string[] {
  const { dryRun, source, rows, imported, withoutAccessToken, kept, left, refused } = report
  const word = dryRun ? 'to import' : 'imported'
  const without = withoutAccessToken === 0 ? '' : ` (${withoutAccessToken} without an access token)`
  return [
    `${rows} rows in ${visible(source)}`,
    ...report.fates.flatMap(fate => fateLines(fate, word)),
    `${imported} ${word}${without}, ${kept} kept, ${left} left, ${refused} refused`,
    ...(dryRun ? ['Nothing was written: add --apply to do it.'] : []),
  ]
}

function fateLines({ outcome, explanation, count, rows }: ReportedRows, word: string): readonly string[] {
  const head = `${(outcome === 'imported' ? word : outcome).padEnd(10)} ${count}`
  return [
    explanation === '' ? head : `${head}  ${visible(explanation)}`,
    ...rows.map(({ source, connection }) => {
      const names =
        connection === null
          ? Object.entries(source).map(([name, value]) => `${name}=${visible(value)}`)
          : [visible(connection.clientId), visible(connection.provider)]
      return `           ${names.join('  ')}`
    }),
    ...(count > rows.length ? [`           and ${count - rows.length} more`] : []),
  ]
}
