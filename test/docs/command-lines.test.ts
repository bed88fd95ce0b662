import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { verbs } from '../../src/cli/verbs.ts'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { readPages } from '../packaging/documentation.ts'
import { commandLine } from '../support/command-line.ts'
import { projectDirectory } from '../support/project.ts'
import { type CommandLine, commandLinesIn, commandLinesInSource } from './command-lines.ts'
import { codesOf } from './markdown.ts'

// Dozens of processes, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000 })

const evergrant = commandLine()
// The file that the guide has the reader write before its command line names it.
writeFileSync(join(evergrant.directory, 'evergrant.config.mjs'), 'export const providers = {}\n')
// Nobody listens there: what is understood fails at the database, and changes nothing.
const env = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  EVERGRANT_ENCRYPTION_KEYS: generateKey('docs'),
  ZOHO_REFRESH_TOKEN: 'none',
}

/** With arguments where a text speaks of a verb, or of one with an option, and leaves them out. */
function withArguments(args: CommandLine): CommandLine {
  const verb = verbs.find(({ usage }) => usage.split(' ')[0] === args[0])
  const required = verb?.usage.match(/<\w+>/g) ?? []
  return args.slice(1).some(word => !word.startsWith('-')) ? args : [...args, ...required.map(() => 'any')]
}

/** Whether the command has these arguments. What they then come to does not matter. */
async function isUnderstood(line: CommandLine): Promise<boolean> {
  const args = withArguments(line)
  const child = evergrant.start([...args, '--json'], { env })
  // The local Zoho goes on until it is ended.
  if (args[0] === 'zoho') child.stdout.once('data', () => child.kill())
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return code !== 2 || JSON.parse(stdout).error.code !== 'USAGE'
}

/** Command lines that the command does not understand, a few at a time. */
async function strangeAmong(lines: readonly CommandLine[]): Promise<readonly string[]> {
  const strange: string[] = []
  const queue = [...new Set(lines.map(args => args.join(' ')))]
  const work = async (): Promise<void> => {
    for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
      if (!(await isUnderstood(line.split(' ')))) strange.push(`evergrant ${line}`)
    }
  }
  await Promise.all([work(), work()])
  return strange.sort()
}

test('command lines are found in shell blocks, in text and in sources', () => {
  const page = [
    '`evergrant token <client> <provider>`, `npx evergrant\nimport --env <client>`, `evergrant`, `npm install evergrant`',
    '```sh',
    'npm install evergrant pg     # PostgreSQL',
    'export K="$(npx evergrant keys generate)"   # a key',
    'X=y npx evergrant import --dry-run < tokens.json',
    'cd evergrant/ && npm i evergrant-0.1.0.tgz',
    '```',
  ].join('\n')
  expect(commandLinesIn(page)).toEqual([
    ['keys', 'generate'],
    ['import', '--dry-run'],
    ['token', 'client', 'provider'],
    ['import', '--env', 'client'],
  ])
  expect(
    commandLinesInSource("'Run `evergrant migrate` first.' + `See \\`evergrant status --help\\`.`"),
  ).toEqual([['migrate'], ['status', '--help']])
})

test('a command or an option that does not exist is noticed', async () => {
  const lines = [
    ['status', '--nothing'],
    ['forget'],
    ['token', 'a'],
    ['status'],
    ['keys', 'generate', '--id', 'x'],
  ]
  expect(await strangeAmong(lines)).toEqual([
    'evergrant forget',
    'evergrant status --nothing',
    'evergrant token a',
  ])
})

test('every command line of the documentation is one that the command understands', async () => {
  const lines = [...(await readPages()).values()].flatMap(commandLinesIn)
  expect(lines.length).toBeGreaterThan(20)
  expect(await strangeAmong(lines)).toEqual([])
})

test('so is every one that the help, an error or a comment tells a person to type', async () => {
  const sources = readdirSync(join(projectDirectory, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map(path => readFileSync(join(projectDirectory, 'src', path), 'utf8'))
  const inHelp = verbs.map(({ example }) => `\`\`\`sh\n${example}\n\`\`\`\n`).flatMap(commandLinesIn)
  expect(inHelp).toHaveLength(verbs.length)
  expect(await strangeAmong([...sources.flatMap(commandLinesInSource), ...inHelp])).toEqual([])
})

test('the README names every verb', async () => {
  const sentence = /^The command `evergrant` has (?<verbs>.*?);/ms.exec(
    (await readPages()).get('README.md') ?? '',
  )
  const named = codesOf(sentence?.groups?.verbs ?? '')
  const names = verbs.map(({ usage }) => usage.replace(/ [<[].*/, ''))
  expect(named.toSorted()).toEqual(names.toSorted())
})
