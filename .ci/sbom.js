// Prints the bill of materials (CycloneDX, JSON) of what an installation brings, as the lock file has it; by npm, and
// without a registry. npm alone leaves out what development dependencies need as well (--omit=dev), so it is shown a
// copy of the lock file with nothing else in it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const read = name => JSON.parse(readFileSync(join(project, name), 'utf8'))
const { devDependencies, scripts, ...manifest } = read('package.json')
const lock = read('package-lock.json')

const kept = new Map()

/** Keeps a package and what it needs: not its peers, which others install. */
function keep(path) {
  if (kept.has(path)) return
  const { devDependencies, ...locked } = lock.packages[path]
  kept.set(path, locked)
  for (const name of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) {
    const found = placesOf(name, path).find(place => place in lock.packages)
    if (found !== undefined) keep(found)
  }
}

/** Where Node looks for a package that another needs: nearest first. */
function placesOf(name, path) {
  const nearest = `${path === '' ? '' : `${path}/`}node_modules/${name}`
  const outer = path.lastIndexOf('node_modules/')
  return outer === -1 ? [nearest] : [nearest, ...placesOf(name, path.slice(0, outer).replace(/\/$/, ''))]
}

keep('')
const copy = mkdtempSync(join(tmpdir(), 'evergrant-sbom-'))
const write = (name, value) => writeFileSync(join(copy, name), JSON.stringify(value))
write('package.json', manifest)
write('package-lock.json', { ...lock, packages: Object.fromEntries(kept) })
// A script of npm's tells the npm that it starts where the project is; this is about the copy alone.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=library']
const { status } = spawnSync('npm', args, { cwd: copy, env, stdio: 'inherit' })
rmSync(copy, { recursive: true })
process.exitCode = status ?? 1
