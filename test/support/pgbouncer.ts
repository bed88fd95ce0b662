import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { guard } from './guard.ts'
import { type ServerUser, serverUser } from './postgres-binaries.ts'

const START_LIMIT_MS = 30_000

/** Server connections for each pair of database and role: fewer than the product would like to have. */
export const POOL_SIZE = 2

/** Whether tests that use PostgreSQL reach it through a pooler: EVERGRANT_TEST_POOLER=pgbouncer. */
export function isPooled(): boolean {
  const pooler = process.env.EVERGRANT_TEST_POOLER ?? ''
  if (pooler === '' || pooler === 'pgbouncer') return pooler !== ''
  throw new Error(`EVERGRANT_TEST_POOLER is ${pooler}; the tests know pgbouncer.`)
}

/** A PgBouncer of our own, in transaction mode, in front of one server. Gone after {@link stop}. */
export class PgBouncer {
  readonly port: number
  readonly logFile: string
  readonly #folder: string
  readonly #user: ServerUser
  readonly #password: string
  #process: ChildProcess | undefined
  #guard: ChildProcess | undefined

  constructor(folder: string, port: number, user: ServerUser, password: string) {
    this.port = port
    this.logFile = join(folder, 'pgbouncer.log')
    this.#folder = folder
    this.#user = user
    this.#password = password
  }

  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a')
    const child = spawn(pgbouncerProgram(), ['-q', join(this.#folder, 'pgbouncer.ini')], {
      ...this.#user,
      cwd: this.#folder,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#process = child
    this.#guard = guard(child, 'TERM', this.#folder)
    await this.#answers(child)
  }

  /** Ends at once, in the middle of what its clients do: with a word to them, or by `kill -9` without. */
  async halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    this.signal('SIGCONT')
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
    this.#guard?.kill('SIGKILL')
  }

  async restart(): Promise<void> {
    await this.halt()
    await this.start()
  }

  /** Stops it and removes everything that it wrote. */
  async stop(): Promise<void> {
    await this.halt()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** SIGSTOP freezes it. */
  signal(signal: NodeJS.Signals): void {
    const child = this.#process
    if (child?.exitCode === null && child.signalCode === null) child.kill(signal)
  }

  /** A command of its console, such as `SHOW POOLS`. */
  async console(command: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({
      connectionString: `postgres://evergrant:${this.#password}@127.0.0.1:${this.port}/pgbouncer`,
      connectionTimeoutMillis: 2_000,
    })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(command)).rows
    } finally {
      await client.end()
    }
  }

  async #answers(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + START_LIMIT_MS
    while (child.exitCode === null && performance.now() < deadline) {
      const up = await this.console('SHOW VERSION').then(
        () => true,
        () => false,
      )
      if (up) return
      await pause(20)
    }
    throw new Error(`PgBouncer did not start:\n${readFileSync(this.logFile, 'utf8').slice(-2000)}`)
  }
}

/** The server behind a PgBouncer, and who may ask it for the passwords of other roles. */
export interface PooledServer {
  readonly port: number
  readonly user: string
  readonly password: string
}

/** Starts a PgBouncer in front of a server. @throws Error there is none to start; the message says how to get it */
export async function startPgBouncer(server: PooledServer): Promise<PgBouncer> {
  const user = serverUser()
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-pgbouncer-'))
  try {
    const port = await freePort()
    const files = {
      'pgbouncer.ini': settings(folder, port, server),
      'users.txt': `"${server.user}" "${server.password}"\n`,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })
    if (user.uid !== undefined && user.gid !== undefined) {
      for (const path of ['', ...Object.keys(files)]) chownSync(join(folder, path), user.uid, user.gid)
    }
    const pooler = new PgBouncer(folder, port, user, server.password)
    await pooler.start()
    return pooler
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/**
 * As a user has it, but for two settings: a server that comes back is used again after a second instead of 15,
 * and there is room for the clients of many processes. `auth_user` looks up roles that tests make.
 */
function settings(folder: string, port: number, server: PooledServer): string {
  return `[databases]
* = host=127.0.0.1 port=${server.port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
max_client_conn = 5000
server_login_retry = 1
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
auth_user = ${server.user}
admin_users = ${server.user}
`
}

// Debian puts it where a user's PATH may not lead.
function pgbouncerProgram(): string {
  const found = installedProgram()
  if (found === null) throw new Error(missingPgBouncer() ?? '')
  return found
}

function installedProgram(): string | null {
  const names = ['pgbouncer', '/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer']
  return names.find(name => spawnSync(name, ['--version']).status === 0) ?? null
}

/** What has to be installed, in words; null: PgBouncer is there. */
export function missingPgBouncer(): string | null {
  if (installedProgram() !== null) return null
  return 'It needs PgBouncer: apt-get install pgbouncer, or dnf install pgbouncer.'
}
