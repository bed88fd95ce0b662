import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { postgresBinaries, serverUser } from '../support/postgres-binaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { run } from '../support/processes.ts'
import { CREDENTIALS, serviceWorld } from '../support/services.ts'
import { type Canary, ENCODINGS, makeCanary } from './canary.ts'
import { filesIn, fill, findInFiles, plantPlaintext, rewritePlanted, rotating, TALKATIVE } from './copies.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/*
 * `npm run test:trust`: what PostgreSQL's own programs take away from a server. They are not part of the package
 * that brings the server of the other tests.
 */
const CONNECTIONS = 1_000
const PROGRAMS = ['pg_dump', 'pg_dumpall', 'pg_basebackup', 'pg_waldump'] as const

const world = await serviceWorld()
const endpoint = await tokenEndpoint()
const directory = mkdtempSync(join(tmpdir(), 'evergrant-stolen-'))
const programs = systemPrograms()
const server = await startPostgres(TALKATIVE)
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true })
})

function systemPrograms(): string {
  const folder = postgresBinaries('system', serverUser(), directory)
  const missing = PROGRAMS.filter(program => !existsSync(join(folder, program)))
  if (missing.length === 0) return folder
  throw new Error(
    `This suite needs ${missing.join(', ')} of PostgreSQL. On Debian: apt-get install postgresql postgresql-contrib`,
  )
}

async function take(program: (typeof PROGRAMS)[number], ...args: readonly string[]): Promise<void> {
  const url = new URL(server.url())
  const env = {
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: url.username,
    PGPASSWORD: url.password,
    PGDATABASE: 'postgres',
  }
  expect(await run(join(programs, program), args, { cwd: directory, env })).toMatchObject({ code: 0 })
}

/** A copy by each program, in each of its formats, and the files that lie at the server. */
async function stolenCopies(): Promise<Readonly<Record<string, string>>> {
  const at = (name: string): string => join(directory, name)
  mkdirSync(at('wal'))
  await take('pg_dump', '--format=plain', '--file', at('dump.sql'))
  await take('pg_dump', '--inserts', '--file', at('inserts.sql'))
  await take('pg_dump', '--format=custom', '--compress=0', '--file', at('dump.custom'))
  await take('pg_dump', '--format=directory', '--compress=0', '--file', at('dump.directory'))
  await take('pg_dumpall', '--file', at('all.sql'))
  const backup = ['--pgdata', at('backup'), '--wal-method=stream', '--checkpoint=fast']
  await rewritePlanted(server.directUrl(), take('pg_basebackup', ...backup))
  const data = join(dirname(server.logFile), 'data')
  const segments = readdirSync(join(data, 'pg_wal')).filter(name => /^[0-9A-F]{24}$/.test(name))
  expect(segments.length).toBeGreaterThan(0)
  return {
    'pg_dump, plain': at('dump.sql'),
    'pg_dump, inserts': at('inserts.sql'),
    'pg_dump, custom': at('dump.custom'),
    'pg_dump, directory': at('dump.directory'),
    pg_dumpall: at('all.sql'),
    'pg_basebackup, data': join(at('backup'), 'base'),
    'pg_basebackup, write-ahead log': join(at('backup'), 'pg_wal'),
    'write-ahead log': join(data, 'pg_wal'),
    'server log': server.logFile,
  }
}

test('T1: no copy of a database of 1,000 connections, each refreshed twice, holds a token', async () => {
  const canary = makeCanary()
  endpoint.usually = rotating(canary)
  const profile = endpoint.profile('acme', { rotation: 'strict' })
  const tokens = await world.open(server.url(), { providers: { acme: { profile, ...CREDENTIALS } } })
  await fill(tokens, 'acme', canary, CONNECTIONS)
  expect(endpoint.asked.filter(token => token.includes(canary.mark))).toHaveLength(2 * CONNECTIONS)

  const planted = await plantPlaintext(server.url())
  const copies = Object.entries(await stolenCopies())
  const found = (which: Canary) =>
    Object.fromEntries(copies.map(([name, path]) => [name, findInFiles(which, path)]))
  const everywhere = (encodings: readonly string[]) =>
    Object.fromEntries(copies.map(([name]) => [name, encodings]))
  expect(found(planted)).toEqual(everywhere(ENCODINGS))
  expect(found(canary)).toEqual(everywhere([]))

  const dump = readFileSync(join(directory, 'dump.sql'), 'utf8')
  expect(dump.match(/\tclient-\d+\tacme\teg1\.\S+\teg1\.\S+\t/g)).toHaveLength(CONNECTIONS)
  const bytes = copies.flatMap(([, path]) => filesIn(path)).map(path => readFileSync(path).length)
  console.log(
    `searched ${bytes.length} files, ${Math.round(bytes.reduce((a, b) => a + b, 0) / 1e6)} MB: 0 hits`,
  )
}, 300_000)
