import type { OAuthTokenService, OpenOptions } from 'evergrant'
import type { Config } from './config-file.ts'
import type { Output } from './output.ts'

/** A command line that was understood. */
export interface Invocation {
  readonly args: readonly string[]
  /** Options of the verb, by their camel-case names. */
  readonly options: Readonly<Record<string, unknown>>
  /** Of `--schema`, else of the config file. */
  readonly schema: string | undefined
  /** What the file of `--config` or EVERGRANT_CONFIG exports. */
  readonly config: Config
  readonly output: Output
}

/** What a verb does. Gives the exit code. */
export type Command = (invocation: Invocation) => Promise<number>

/** An argument that the command line cannot do without; the parser has seen to it that it is there. */
export function argument({ args }: Invocation, index: number): string {
  return args[index] ?? ''
}

/** The value of an option that takes one. */
export function textOption({ options }: Invocation, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** The values of an option that may be given several times. */
export function textsOption({ options }: Invocation, name: string): readonly string[] {
  const values = options[name]
  return Array.isArray(values) ? values.filter(value => typeof value === 'string') : []
}

/**
 * Opens the service that environment and config file describe, and closes it afterwards: also on Ctrl-C, because a refresh
 * that is cut off between the provider's answer and the database could lose a rotated token.
 */
export async function withService<Result>(
  invocation: Invocation,
  options: OpenOptions,
  use: (service: OAuthTokenService) => Promise<Result>,
): Promise<Result> {
  const { OAuthTokenService: Service } = await import('evergrant')
  return withOpened(await Service.open(openOptions(invocation, options)), use)
}

/** The same, also where the key ring lacks keys that the database needs. */
export async function withAnyKeys<Result>(
  invocation: Invocation,
  options: OpenOptions,
  use: (service: OAuthTokenService) => Promise<Result>,
): Promise<Result> {
  const { openWithAnyKeys } = await import('evergrant/admin')
  return withOpened(await openWithAnyKeys(openOptions(invocation, options)), use)
}

function openOptions({ config, schema }: Invocation, options: OpenOptions): OpenOptions {
  return { ...config, schema, ...options }
}

async function withOpened<Result>(
  service: OAuthTokenService,
  use: (service: OAuthTokenService) => Promise<Result>,
): Promise<Result> {
  const stop = (signal: NodeJS.Signals): void => {
    void service.close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    return await use(service)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await service.close()
  }
}
