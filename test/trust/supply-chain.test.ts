import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { faultsIn, type LockFile } from './lock-file.ts'

const read = (path: string): string => readFileSync(join(projectDirectory, path), 'utf8')
const manifest = JSON.parse(read('package.json'))
const lock: LockFile = JSON.parse(read('package-lock.json'))
const allowed: readonly string[] = JSON.parse(read('test/packaging/runtime-dependencies.json'))

/** A binary of SQLite is another package on each platform. */
const withoutPlatform = (name: string): string => name.replace(/^@libsql\/.*/, '@libsql/<platform>')

describe('the lock file', () => {
  test('T33: names a version and a hash for every package, no registry, and no script that an installation would run', () => {
    expect(faultsIn(lock)).toEqual([])
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100)
  })

  test('T33: that says less is noticed', () => {
    const integrity = `sha512-${'A'.repeat(86)}==`
    const good = { version: '1.0.0', integrity }
    const faults = faultsIn({
      lockfileVersion: 1,
      packages: {
        '': {},
        good,
        'no hash': { version: '1.0.0' },
        'a weak hash': { version: '1.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
        'a registry': { ...good, resolved: 'https://registry.example/x.tgz' },
        'a branch': { ...good, version: 'git+https://host.example/x.git#main' },
        'a folder': { ...good, link: true },
        'a script': { ...good, hasInstallScript: true },
        'a script for us': { ...good, hasInstallScript: true, dev: true },
      },
    })
    expect(faults).toEqual([
      'version 1 does not hash everything',
      'no hash has no sha512 of its content',
      'a weak hash has no sha512 of its content',
      'a registry names the address of a registry',
      'a branch is no version',
      'a folder is a link',
      'a script runs a script when it is installed',
    ])
  })

  test('T33: npm is told to write no address into it', () => {
    expect(read('.npmrc')).toMatch(/^omit-lockfile-registry-resolved=true$/m)
  })
})

describe('the package', () => {
  test('T33: runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest.scripts)
    const atInstallation = /^(?:pre|post)?(?:install|prepare|publish)$|^dependencies$|^prepublishOnly$/
    expect(scripts.filter(name => atInstallation.test(name))).toEqual([])
    expect(scripts).toContain('prepack')
    expect(lock.packages['']).not.toHaveProperty('hasInstallScript')
  })

  test('T33: has the runtime dependencies of the list, each with its place in the decision record', () => {
    const record = read('docs/decisions/0003-runtime-dependencies.md')
    const direct = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const optional = ['pg', '@opentelemetry/api']
    expect(direct.filter(name => !optional.includes(name) && !allowed.includes(name))).toEqual([])
    expect(Object.keys(manifest.peerDependenciesMeta).sort()).toEqual(optional.sort())
    expect(
      direct.filter(name => !record.includes(`**${name.replace(/^@hono\/node-server$/, 'hono')}**`)),
    ).toEqual([])
    expect(Object.values(manifest.dependencies).filter(range => !/^\^\d/.test(String(range)))).toEqual([])
  })

  test('T33: has a bill of materials: what an installation brings, each with its version, licence and hash', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [join(projectDirectory, '.ci/sbom.js')])
    expect([code, stderr]).toEqual([0, ''])
    const bill = JSON.parse(stdout)
    expect([bill.bomFormat, bill.metadata.component.purl]).toEqual([
      'CycloneDX',
      `pkg:npm/evergrant@${manifest.version}`,
    ])
    const components: readonly Component[] = bill.components
    const names = components.map(({ name }) => withoutPlatform(name))
    expect([...new Set(names)].sort()).toEqual(allowed)
    expect(components.map(({ licenses }) => licenses[0]?.license.id)).not.toContain(undefined)
    const licences = new Set(components.map(({ licenses }) => licenses[0]?.license.id))
    expect([...licences].sort()).toEqual(['Apache-2.0', 'MIT'])
    const inLock = Object.entries(lock.packages).map(
      ([path, { version, integrity }]) => `${path.replace(/.*node_modules\//, '')} ${version} ${integrity}`,
    )
    const inBill = components.map(
      ({ name, version, hashes: [hash] }) =>
        `${name} ${version} sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`,
    )
    expect(inBill.filter(line => !inLock.includes(line))).toEqual([])
  })
})

interface Component {
  readonly name: string
  readonly version: string
  readonly hashes: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses: readonly { readonly license: { readonly id: string } }[]
}
