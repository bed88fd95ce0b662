import { type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { OpenOptions } from 'evergrant'
import { isCoded, UsageError } from './failure.ts'
import { quoted } from './own-name.ts'

/** What a config file may say: options of `open` that no variable can hold, and those that go with them. */
export type Config = Pick<OpenOptions, 'providers' | 'schema' | 'policy' | 'encryptionKeys'>

interface Form {
  readonly name: keyof Config
  readonly isMet: (value: unknown) => boolean
  readonly must: string
}

const FORMS: readonly Form[] = [
  { name: 'providers', isMet: isObject, must: 'be an object of options by provider name' },
  { name: 'schema', isMet: value => typeof value === 'string', must: 'be a text' },
  { name: 'policy', isMet: isObject, must: 'be an object of durations' },
  {
    name: 'encryptionKeys',
    isMet: value => isObject(value) && typeof value.load === 'function',
    must: 'be a source of keys, { name, load }. A key itself belongs into EVERGRANT_ENCRYPTION_KEYS',
  },
]
const NAMES = FORMS.map(({ name }) => name).join(', ')
const HOW_TO_WRITE_ONE = `It may export ${NAMES}, each by its name: export const providers = { … }.`

/**
 * Loads a config file: an ES module, which runs as the user's own code. Only a file that somebody has named is
 * loaded.
 * @throws UsageError it is not there, does not load, or exports something else; no value of it is quoted
 * @throws EvergrantError what Evergrant said while the file was run, about a profile for instance
 */
export async function loadConfig(file: string): Promise<Config> {
  refuseUnlessFile(file)
  return parseConfig(await load(file), file)
}

function refuseUnlessFile(file: string): void {
  const found = lookAt(file)
  if (typeof found === 'string') {
    const how = found === 'ENOENT' ? 'is not there' : `cannot be reached (${found})`
    throw new UsageError(
      `The config file ${file} ${how}. Correct --config, or the variable EVERGRANT_CONFIG.`,
    )
  }
  if (!found.isFile())
    throw new UsageError(`The config file ${file} is not a file. Name a module with --config.`)
}

/** The code of the failure, where there is one. */
function lookAt(file: string): Stats | string {
  try {
    return statSync(file)
  } catch (error) {
    return kindOf(error)
  }
}

async function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    if (isCoded(error)) throw error
    // What a module throws may hold anything, and Node tells it best.
    throw new UsageError(
      `The config file ${file} cannot be loaded (${kindOf(error)}). It must be an ES module: .mjs, or .js where ` +
        `package.json says "type": "module". See where it fails: \`node ${quoted(file)}\`.`,
    )
  }
}

function parseConfig(exported: Readonly<Record<string, unknown>>, file: string): Config {
  const names = Object.keys(exported)
  if (names.length === 0) throw new UsageError(`The config file ${file} exports nothing. ${HOW_TO_WRITE_ONE}`)
  if (names.includes('database')) {
    throw new UsageError(
      `The config file ${file} exports a database. Name it in DATABASE_URL, or with --data-dir. ${HOW_TO_WRITE_ONE}`,
    )
  }
  const unknown = names.filter(name => !FORMS.some(form => form.name === name))
  if (unknown.length > 0) {
    throw new UsageError(
      `The config file ${file} has exports that are not known: ${unknown.join(', ')}. ${HOW_TO_WRITE_ONE}`,
    )
  }
  for (const { name, isMet, must } of FORMS) {
    if (exported[name] === undefined || isMet(exported[name])) continue
    throw new UsageError(`The export ${name} of the config file ${file} must ${must}.`)
  }
  // What is inside of them is looked at by `open`, as for everybody.
  return { ...exported } as Config
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
