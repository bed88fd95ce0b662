import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ended, type RunOptions, run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'

/** A packed tarball, as `npm pack --json` describes it. */
export interface Tarball {
  readonly path: string
  readonly shasum: string
  readonly files: readonly string[]
}

/** A project of a user's that has installed the tarball, and nothing else but Node's types. */
export interface Consumer extends AsyncDisposable {
  readonly directory: string
  readonly tarball: Tarball
  /** The tarball of a second packing. */
  readonly second: Tarball
}

// A script of npm's hands its own settings to the npm that it starts; a user's npm has none of them.
const asUser = Object.fromEntries(
  Object.keys(process.env)
    .filter(name =>
      /^npm_(?:package|lifecycle|command|execpath|node_execpath|config_local_prefix)/.test(name),
    )
    .map(name => [name, undefined]),
)

/** Runs npm as a user does at a prompt, and insists that it succeeds. */
export async function npm(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await run('npm', args, { ...options, env: { ...asUser, ...options.env } })
  if (ended.code !== 0)
    throw new Error(`npm ${args.join(' ')} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`)
  return ended
}

// No script of any package runs: nothing needs one.
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund']

/** Packs twice, and installs the first tarball into an empty project. */
export async function makeConsumer(): Promise<Consumer> {
  const directory = await mkdtemp(join(tmpdir(), 'evergrant-consumer-'))
  const tarball = await pack(join(directory, 'first'))
  const second = await pack(join(directory, 'second'))
  const nodeTypes = await declaredVersion('@types/node')
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  await npm([...INSTALL, tarball.path, `@types/node@${nodeTypes}`], {
    cwd: directory,
  })
  return {
    directory,
    tarball,
    second,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

async function pack(destination: string): Promise<Tarball> {
  await mkdir(destination)
  const { stdout } = await npm(['pack', '--json', '--pack-destination', destination])
  const [packed] = JSON.parse(stdout)
  return {
    path: join(destination, packed.filename),
    shasum: packed.shasum,
    files: packed.files.map(({ path }: { path: string }) => path),
  }
}

/** The entries that package.json declares, by the names that users import. */
export async function declaredEntries(): Promise<readonly string[]> {
  const { name, exports } = await readPackage()
  return Object.keys(exports).map(entry => entry.replace('.', name))
}

/** Installs more packages, in the versions that this project declares. */
export async function alsoInstall({ directory }: Consumer, names: readonly string[]): Promise<void> {
  const packages = names.map(async name => `${name}@${await declaredVersion(name)}`)
  await npm([...INSTALL, ...(await Promise.all(packages))], { cwd: directory })
}

async function declaredVersion(dependency: string): Promise<string> {
  return (await readPackage()).devDependencies[dependency] ?? 'latest'
}

async function readPackage(): Promise<{
  name: string
  exports: Record<string, unknown>
  devDependencies: Record<string, string>
}> {
  return JSON.parse(await readFile(join(projectDirectory, 'package.json'), 'utf8'))
}
