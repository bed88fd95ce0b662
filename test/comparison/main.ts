// `npm run compare`: what happens when an access token has expired and many callers in several processes need one.
// See docs/comparison.md.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { apps } from '../conformance/apps.ts'
import { AuthorizationServer } from '../conformance/authorization-server.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { projectDirectory } from '../support/project.ts'
import { entriesAt, packages } from './contenders.ts'
import { optionsIn, type RunOptions } from './options.ts'
import { LATENCY_MS, PROCESSES, placeAt, play, type Round } from './round.ts'
import { keepsItsPromise, type Result, tableOf } from './table.ts'

const { rounds, callers } = readOptions()

function readOptions(): RunOptions {
  try {
    return optionsIn(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

// What was started ends with this process, and the server's folder goes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(projectDirectory, 'node_modules', name, 'package.json'), 'utf8')).version

const postgres = await startPostgres()
const results: Result[] = []
let serverVersion = ''

/** All that can be compared at one kind of provider. Each program has a database of its own. */
async function compareAt(rotates: boolean): Promise<void> {
  const server = await AuthorizationServer.start('oidc-provider', [apps.post], 0, rotates)
  try {
    for (const entry of entriesAt(rotates)) {
      const database = `${entry.name.replaceAll('-', '_')}_${rotates}`
      await onServer(`create database ${database}`)
      const place = placeAt(server, postgres.url(database), rotates)
      const played: Round[] = []
      for (let round = 1; round <= rounds; round += 1) {
        process.stderr.write(`${rotates ? 'rotate' : 'stay'}: ${entry.name}, round ${round} of ${rounds}\n`)
        played.push(await play(entry.name, place, server, callers))
      }
      results.push({ entry, rotates, rounds: played })
    }
  } finally {
    await server.kill()
  }
}

async function onServer(statement: string): Promise<Record<string, string> | undefined> {
  const client = new pg.Client({ connectionString: postgres.directUrl() })
  await client.connect()
  const { rows } = await client.query(statement)
  await client.end()
  return rows[0]
}

try {
  serverVersion = (await onServer('show server_version'))?.server_version ?? ''
  await compareAt(true)
  await compareAt(false)
} finally {
  await postgres.stop()
}

const [processor] = cpus()
console.log(`
${tableOf(results)}

${PROCESSES} processes, callers in each: ${callers}, rounds: ${rounds}. The provider answers after ${LATENCY_MS} ms.
${packages.map(name => `${name} ${versionOf(name)}`).join(', ')}, PostgreSQL ${serverVersion}
Node ${process.versions.node}, ${cpus().length} cores (${processor?.model}), ${new Date().toISOString().slice(0, 10)}`)

const broken = results
  .filter(({ entry }) => entry.name === 'evergrant')
  .filter(result => !keepsItsPromise(result))
if (broken.length > 0) {
  console.error('Evergrant has not kept what docs/comparison.md says of it.')
  process.exitCode = 1
}
