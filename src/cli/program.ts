import { readFileSync } from 'node:fs'
import { Command as CommanderCommand, CommanderError } from 'commander'
import { refuseSecretsIn } from './argv-secrets.ts'
import { type Config, loadConfig } from './config-file.ts'
import { EXIT, failureOf, printFailure, UsageError } from './failure.ts'
import { Output } from './output.ts'
import { groups, type Verb, verbs } from './verbs.ts'

const EPILOGUE = `
Example:
  evergrant demo

Secrets come from the environment or from standard input, never from arguments.
Exit codes: 0 done, 1 failed, 2 wrong command line or settings,
            3 the account must be connected again`

/** Runs one command line. Gives the exit code; everything that goes wrong has been printed. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const output = new Output(process, {
    // Known before the arguments are parsed: it decides how a mistake in them is told.
    json: args.includes('--json'),
    noColor: (process.env.NO_COLOR ?? '') !== '',
  })
  endQuietlyWithoutReader()
  try {
    refuseSecretsIn(args)
    return await parse(args, output)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    // Without a verb it has printed its help, which says all.
    if (isHelp(error) && !output.isJson) return EXIT.usage
    const failure = failureOf(error instanceof CommanderError ? usageErrorOf(error) : error)
    printFailure(output, failure)
    return failure.exitCode
  }
}

async function parse(args: readonly string[], output: Output): Promise<number> {
  let exitCode: number = EXIT.done
  const program = new CommanderCommand('evergrant')
    .description('OAuth tokens that stay fresh, in your own database.')
    .version(versionOf(), '--version', 'print the version')
    .option('--json', 'print one JSON document')
    .option('--data-dir <dir>', 'directory of the embedded database; DATABASE_URL is not used')
    .option('--schema <name>', 'PostgreSQL schema of the tables; an error on SQLite')
    .option('--config <file>', 'ES module with providers of your own; else EVERGRANT_CONFIG')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    // Mistakes are told by printFailure, in one manner with all others.
    .configureOutput({ outputError: () => {} })
    // The list of verbs leaves less than the parser would wrap at by itself.
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf, minWidthToWrap: 30 })
    .addHelpText('after', EPILOGUE)
  for (const verb of verbs) {
    addVerb(program, verb, async command => {
      exitCode = await invoke(verb, command, output)
    })
  }
  await program.parseAsync(args, { from: 'user' })
  return exitCode
}

function addVerb(
  program: CommanderCommand,
  verb: Verb,
  act: (command: CommanderCommand) => Promise<void>,
): void {
  const [first = '', second = '', ...rest] = verb.usage.split(' ')
  const isGroup = /^[a-z]/.test(second)
  const parent = isGroup ? groupOf(program, first) : program
  const command = parent
    .command(isGroup ? [second, ...rest].join(' ') : verb.usage)
    .description(`${capitalized(verb.summary)}.`)
    .addHelpText(
      'after',
      `${verb.notes === undefined ? '' : `\n${verb.notes}\n`}\nExample:\n  ${verb.example}`,
    )
  for (const [flags, description, repeatable] of verb.options) {
    if (repeatable === undefined) command.option(flags, description)
    else command.option(flags, description, collected)
  }
  command.action(() => act(command))
}

function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

function groupOf(program: CommanderCommand, name: string): CommanderCommand {
  const known = program.commands.find(command => command.name() === name)
  return (
    known ??
    program
      .command(name)
      .description(groups[name] ?? '')
      .helpCommand(false)
  )
}

/** A verb in the list of the help: with its arguments, without a word about options. */
function termOf(command: CommanderCommand): string {
  const inner = command.commands.map(child => child.name()).join('|')
  const args = command.registeredArguments.map(arg => (arg.required ? `<${arg.name()}>` : `[${arg.name()}]`))
  return [command.name(), ...(inner === '' ? [] : [inner]), ...args].join(' ')
}

async function invoke(verb: Verb, command: CommanderCommand, output: Output): Promise<number> {
  const { dataDir, schema, config: configFile, json: _, ...options } = command.optsWithGlobals()
  refuseEmpty({ '--data-dir': dataDir, '--schema': schema, '--config': configFile })
  if (dataDir !== undefined) {
    process.env.EVERGRANT_DATA_DIR = dataDir
    delete process.env.DATABASE_URL
  }
  const run = await verb.load()
  const config = await configOf(verb, configFile)
  return run({ args: command.args, options, schema: schema ?? config.schema, config, output })
}

// An unset variable of a shell leaves an empty word, and not what was meant.
function refuseEmpty(values: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(values)) {
    if (value?.trim() === '') throw new UsageError(`${option} is empty. Give it a value, or leave it out.`)
  }
}

async function configOf(verb: Verb, named: string | undefined): Promise<Config> {
  if (verb.isApart) {
    if (named === undefined) return {}
    throw new UsageError(`\`evergrant ${verb.usage}\` opens no database of yours. Run it without --config.`)
  }
  const file = named ?? process.env.EVERGRANT_CONFIG?.trim()
  return file === undefined || file === '' ? {} : loadConfig(file)
}

/** The parser's own words, without the value of an option: it may be a secret under an unknown name. */
function usageErrorOf({ message, code }: CommanderError): UsageError {
  if (code === 'commander.help') return new UsageError('A verb is missing. See `evergrant --help`.')
  const [what = '', suggestion] = message
    .replace(/^error: /, '')
    .replaceAll(/'(--?[^'=]*)=[^']*'/g, "'$1'")
    .split('\n')
  const hint = suggestion === undefined ? '' : ` ${suggestion.replace(/^\((.*)\)$/, '$1')}`
  return new UsageError(`${capitalized(what).replace(/\.?$/, '.')}${hint} See \`evergrant --help\`.`)
}

function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help'
}

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String(JSON.parse(text).version)
}

/** `evergrant status | head` is no failure. */
function endQuietlyWithoutReader(): void {
  process.stdout.on('error', error => {
    process.exit('code' in error && error.code === 'EPIPE' ? EXIT.done : EXIT.failed)
  })
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
