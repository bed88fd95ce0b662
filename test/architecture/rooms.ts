import { type Import, importsOf, resolveRelative } from './imports.ts'
import { isTest, type Source, type Violation } from './source.ts'

interface Rights {
  /** The rooms that it may import from, beside itself. */
  readonly rooms: readonly string[]
  /** Packages, `node:` for all of Node's own, and Evergrant's entries by name. */
  readonly packages: readonly string[]
}

const core = ['ports', 'lifecycle', 'errors', 'secret']
const inner = [
  ...core,
  'refresh',
  'store',
  'providers',
  'sealing',
  'transport',
  'lifeboat',
  'clock',
  'connect',
]
const drivers = ['drizzle-orm', 'pg', 'libsql']
const asUsersSee = ['evergrant', 'evergrant/admin']
const web = ['hono', '@hono/node-server']
const dates = ['rrule-temporal', 'temporal-polyfill']
const files = ['fflate', 'papaparse']

/** Who may import whom: the table of ARCHITECTURE.md. A room that is not here does not exist. */
export const rights: Readonly<Record<string, Rights>> = {
  lifecycle: { rooms: ['errors', 'secret'], packages: [] },
  errors: { rooms: ['lifecycle', 'secret'], packages: [] },
  secret: { rooms: ['lifecycle', 'errors'], packages: [] },
  ports: { rooms: ['lifecycle', 'errors', 'secret'], packages: [] },
  refresh: { rooms: core, packages: [] },
  store: { rooms: core, packages: [...drivers, 'node:'] },
  providers: { rooms: core, packages: ['oauth4webapi'] },
  'private-file': { rooms: [], packages: ['node:'] },
  sealing: { rooms: ['ports', 'errors', 'secret', 'private-file'], packages: ['node:'] },
  lifeboat: { rooms: ['ports', 'errors', 'secret', 'private-file'], packages: ['node:'] },
  clock: { rooms: ['ports', 'errors', 'secret'], packages: ['node:'] },
  transport: { rooms: ['ports', 'errors', 'secret', 'clock'], packages: ['node:'] },
  testing: { rooms: [...core, 'clock', 'providers'], packages: [...web, ...files, ...dates, 'node:'] },
  connect: { rooms: [...core, 'providers'], packages: ['oauth4webapi'] },
  service: { rooms: inner, packages: ['node:'] },
  schema: { rooms: ['store/postgres'], packages: [] },
  admin: {
    rooms: ['service', 'store', 'sealing', 'clock', 'ports', 'errors', 'secret'],
    packages: [...drivers, 'node:'],
  },
  http: { rooms: [], packages: [...asUsersSee, ...web, 'node:'] },
  client: { rooms: ['http/contract'], packages: asUsersSee },
  dashboard: { rooms: ['http/contract', 'client'], packages: [...asUsersSee, ...web] },
  cli: {
    rooms: ['http', 'client', 'dashboard'],
    packages: [
      ...asUsersSee,
      'evergrant/providers',
      'evergrant/testing',
      'evergrant/zoho',
      'commander',
      'node:',
    ],
  },
  zoho: {
    rooms: ['errors', 'clock', 'ports'],
    packages: ['evergrant', 'evergrant/providers', 'p-limit', 'temporal-polyfill', 'node:'],
  },
  opentelemetry: { rooms: ['errors'], packages: ['evergrant', '@opentelemetry/api'] },
  integrations: { rooms: ['errors'], packages: ['evergrant'] },
}

/** Files beside the folders that are rooms of their own, or belong to one. All others belong to the service. */
const rootFiles: Readonly<Record<string, string>> = {
  'errors.ts': 'errors',
  'known-names.ts': 'errors',
  'secret.ts': 'secret',
  'clock.ts': 'clock',
  'randomness.ts': 'clock',
  'private-file.ts': 'private-file',
  'schema.ts': 'schema',
}

/** The room of a file under `src/`. */
export function roomOf(path: string): string {
  const [, first = '', ...rest] = path.split('/')
  return rest.length > 0 ? first : (rootFiles[first] ?? 'service')
}

/** Imports that cross a wall. Tests may import what they test with. */
export function forbiddenImports(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter(source => !isTest(source))
    .flatMap(source =>
      importsOf(source)
        .map(found => ({ where: found.where, what: objectionTo(source, found) }))
        .filter(({ what }) => what !== ''),
    )
}

function objectionTo(source: Source, { specifier }: Import): string {
  const room = roomOf(source.path)
  const allowed = rights[room]
  if (allowed === undefined) return `the room ${room} is not in the table`
  const target = resolveRelative(source, specifier)
  if (target === null) {
    const known = allowed.packages.some(name => isOf(name, specifier))
    return known ? '' : `${room} may not import ${specifier}`
  }
  const targetRoom = roomOf(target)
  if (targetRoom === room) return ''
  const open = allowed.rooms.some(name => name === targetRoom || isInside(name, target))
  return open ? '' : `${room} may not import ${targetRoom} (${specifier})`
}

function isOf(name: string, specifier: string): boolean {
  if (name === 'node:') return specifier.startsWith('node:')
  if (name.startsWith('evergrant')) return specifier === name
  return specifier === name || specifier.startsWith(`${name}/`)
}

/** A right may name a part of a room: `http/contract`, `store/postgres`. */
function isInside(name: string, target: string): boolean {
  return name.includes('/') && (target === `src/${name}.ts` || target.startsWith(`src/${name}/`))
}
