import { readFileSync } from 'node:fs'
import { Command as CommanderCommand, CommanderError } from 'commander'
import { refuseSecretsIn } from './argv-secrets.ts'
import { EXIT, failureOf, printFailure, UsageError } from './failure.ts'
import { Output } from './output.ts'
import { type Verb, verbs } from './verbs.ts'

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong command line or settings, 3 the account must be connected again.
Secrets are read from the environment and from standard input, never from arguments.`

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
    const failure = failureOf(error instanceof CommanderError ? usageErrorOf(error) : error)
    output.progress('')
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
    .option('--data-dir <dir>', 'directory of the embedded database, over DATABASE_URL')
    .option('--schema <name>', 'PostgreSQL schema of the tables')
    .helpOption('--help', 'print help')
    .helpCommand(false)
    .exitOverride()
    // Mistakes are told by printFailure, in one manner with all others.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
  for (const verb of verbs) {
    addVerb(program, verb).action(async () => {
      exitCode = await run(program, verb, output)
    })
  }
  program.addHelpText('after', `\nExample:\n  evergrant demo\n${EXIT_CODES}`)
  await program.parseAsync(args, { from: 'user' })
  return exitCode
}
