import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { guard } from './guard.ts'
import { isPooled, type PgBouncer, startPgBouncer } from './pgbouncer.ts'
import { postgresBinaries, type ServerUser, serverUser } from './postgres-binaries.ts'

const USER = 'evergrant'
const PASSWORD = 'evergrant-tests'
const START_LIMIT_MS = 30_000

/** A real PostgreSQL of our own: a fresh data directory, a free port of 127.0.0.1, gone after {@link stop}. */
export class PostgresServer {
  readonly port: number
  readonly logFile: string
  readonly #folder: string
  readonly #binaries: string
  readonly #user: ServerUser
  readonly #settings: readonly string[]
  #process: ChildProcess | undefined
  #guard: ChildProcess | undefined
  #pooler: PgBouncer | undefined

  constructor(folder: string, binaries: string, user: ServerUser, port: number, settings: readonly string[]) {
    this.port = port
    this.logFile = join(folder, 'server.log')
    this.#folder = folder
    this.#binaries = binaries
    this.#user = user
    this.#settings = settings
  }

  /** What the product is given: through the pooler where the tests run behind one. */
  url(database = 'postgres'): string {
    return this.#pooler === undefined ? this.directUrl(database) : urlOf(this.#pooler.port, database)
  }

  /** For what a test does to the server itself. */
  directUrl(database = 'postgres'): string {
    return urlOf(this.port, database)
  }

  /** Puts a PgBouncer before the server: from now on {@link url} leads through it. */
  async pool(): Promise<PgBouncer> {
    this.#pooler ??= await this.startPooler()
    return this.#pooler
  }

  /** One more PgBouncer before the server, for who asks for it; {@link url} does not lead through it. */
  startPooler(): Promise<PgBouncer> {
    return startPgBouncer({ port: this.port, user: USER, password: PASSWORD })
  }

  urlThrough(pooler: PgBouncer, database: string): string {
    return urlOf(pooler.port, database)
  }

  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a')
    const settings = this.#settings.flatMap(setting => ['-c', setting])
    const child = spawn(join(this.#binaries, 'postgres'), ['-D', join(this.#folder, 'data'), ...settings], {
      ...this.#user,
      cwd: this.#folder,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#process = child
    this.#guard = guard(child, 'QUIT', this.#folder)
    await this.#answers(child, this.directUrl())
    // A pooler looks again a little later.
    if (this.#pooler !== undefined) await this.#answers(child, this.url())
  }

  /** As `pg_ctl stop`: fast ends sessions in order; immediate is a crash, with recovery at the next start. */
  async halt(mode: 'fast' | 'immediate'): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    this.signalAll('SIGCONT')
    const gone = once(child, 'exit')
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await gone
    this.#guard?.kill('SIGKILL')
  }

  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.halt(mode)
    await this.start()
  }

  /**
   * A hot standby: a copy of the data as they are now, which follows this server from then on. This one is stopped
   * for as long as it is copied.
   * @param settings More settings, as `name=value`.
   */
  async standby(settings: readonly string[] = []): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'evergrant-postgres-'))
    const { uid, gid } = this.#user
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
    const data = join(folder, 'data')
    await this.halt('fast')
    const copied = spawnSync('cp', ['-a', join(this.#folder, 'data'), data], { ...this.#user, cwd: folder })
    await this.start()
    if (copied.status !== 0) throw new Error(`The data were not copied:\n${copied.stderr}`)
    writeFileSync(join(data, 'standby.signal'), '')
    const port = await freePort()
    const others = this.#settings.filter(setting => !setting.startsWith('port='))
    const conninfo = `primary_conninfo=host=127.0.0.1 port=${this.port} user=${USER} password=${PASSWORD}`
    const all = [...others, `port=${port}`, conninfo, ...settings]
    const standby = new PostgresServer(folder, this.#binaries, this.#user, port, all)
    await standby.start()
    return standby
  }

  /** Stops the server and removes everything that it wrote. */
  async stop(): Promise<void> {
    await this.#pooler?.stop()
    await this.halt('immediate')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Sends a signal to the server's process and to all its children: SIGSTOP freezes it. */
  signalAll(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid
    if (pid === undefined || this.#process?.exitCode !== null) return
    for (const child of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(child, signal)
      } catch {
        // It ended between the listing and the signal.
      }
    }
  }

  async #answers(child: ChildProcess, url: string): Promise<void> {
    const deadline = performance.now() + START_LIMIT_MS
    while (child.exitCode === null && performance.now() < deadline) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.query('select 1')
        return
      } catch {
        await pause(20)
      } finally {
        await client.end().catch(() => {})
      }
    }
    throw new Error(`PostgreSQL did not start:\n${readFileSync(this.logFile, 'utf8').slice(-2000)}`)
  }
}

/**
 * Makes a data directory and starts a server on it.
 * @param settings More settings, as `name=value`.
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const user = serverUser()
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-postgres-'))
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
  let server: PostgresServer | undefined
  try {
    const binaries = postgresBinaries(process.env.EVERGRANT_TEST_POSTGRES, user, folder)
    initialize(folder, binaries, user)
    const port = await freePort()
    server = new PostgresServer(folder, binaries, user, port, [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      'unix_socket_directories=',
      'fsync=off',
      'max_connections=200',
      ...settings,
    ])
    await server.start()
    if (isPooled()) await server.pool()
    return server
  } catch (error) {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`
}

function initialize(folder: string, binaries: string, user: ServerUser): void {
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
  mkdirSync(data, { mode: 0o700 })
  if (user.uid !== undefined && user.gid !== undefined) {
    for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid)
  }
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync']
  const made = spawnSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, ...flags],
    { ...user, cwd: folder, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`)
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => parentOf(pid) === parent)
}

function parentOf(pid: number): number | undefined {
  try {
    // pid (name) state ppid …; the name may hold spaces and parentheses.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
  } catch {
    return undefined
  }
}
