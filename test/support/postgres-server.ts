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
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
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

  constructor(folder: string, binaries: string, user: ServerUser, port: number, settings: readonly string[]) {
    this.port = port
    this.logFile = join(folder, 'server.log')
    this.#folder = folder
    this.#binaries = binaries
    this.#user = user
    this.#settings = settings
  }

  url(database = 'postgres'): string {
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/${database}`
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
    this.#guard = guard(child, this.#folder)
    await this.#answers(child)
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

  /** Stops the server and removes everything that it wrote. */
  async stop(): Promise<void> {
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

  async #answers(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + START_LIMIT_MS
    while (child.exitCode === null && performance.now() < deadline) {
      const client = new pg.Client({ connectionString: this.url(), connectionTimeoutMillis: 2_000 })
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
  try {
    const binaries = postgresBinaries(process.env.EVERGRANT_TEST_POSTGRES, user, folder)
    initialize(folder, binaries, user)
    const port = await freePort()
    const server = new PostgresServer(folder, binaries, user, port, [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      'unix_socket_directories=',
      'fsync=off',
      'max_connections=200',
      ...settings,
    ])
    await server.start()
    return server
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

const GUARD = `cat > /dev/null
kill -CONT "$1"; kill -QUIT "$1"
while kill -0 "$1"; do sleep 0.1; done
rm -rf "$2"`

/**
 * Ends the server and removes its folder when this process ends without having done so, however it ends: then
 * the guard's input ends. A session of its own keeps the guard from a Ctrl-C that is meant for the tests.
 */
function guard(server: ChildProcess, folder: string): ChildProcess {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', String(server.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.unref()
  return child
}

function initialize(folder: string, binaries: string, user: ServerUser): void {
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
  mkdirSync(data, { mode: 0o700 })
  if (user.uid !== undefined && user.gid !== undefined) {
    for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid)
  }
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions']
  const made = spawnSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, ...flags],
    { ...user, cwd: folder, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
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
