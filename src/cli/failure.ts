import type { Output } from './output.ts'
import { visible } from './visible-text.ts'

/** What the command ends with. */
export const EXIT = { done: 0, failed: 1, usage: 2, reauthorization: 3 } as const

/** A wrong command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'USAGE'
}

/** An error as the command line tells it: never a stack, never more than the error says of itself. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly exitCode: number
  /** The other fields of the error that are worth knowing: `clientId`, `retryable`, … */
  readonly details: Readonly<Record<string, unknown>>
}

const DETAILS = ['retryable', 'clientId', 'provider', 'reason', 'retryAt', 'missingScopes']

export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return failure('USAGE', error.message, EXIT.usage)
  if (isCoded(error)) {
    const details = DETAILS.map(name => [name, Reflect.get(error, name)]).filter(
      ([, value]) => value !== undefined,
    )
    return {
      ...failure(error.code, error.message, exitCodeOf(error.code)),
      details: Object.fromEntries(details),
    }
  }
  // Not one of ours. Its message may hold anything, so only what kind it is goes out.
  const kind = error instanceof Error ? systemCodeOf(error) : typeof error
  return failure(
    'INTERNAL',
    `Something unforeseen happened (${kind}). This is a fault of Evergrant.`,
    EXIT.failed,
  )
}

/** Prints it: to standard error in one or two lines, or as the JSON document. */
export function printFailure(output: Output, { code, message, details }: Failure): void {
  if (output.isJson) {
    output.document({ error: { code, message, ...details } })
    return
  }
  const [what, ...remedy] = sentencesOf(visible(message))
  const head = `${output.paintComplaint(['bold', 'red'], 'error')} ${output.paintComplaint('dim', `[${code}]`)}`
  const indent = ' '.repeat(6)
  output.complain([`${head} ${what}`, ...(remedy.length === 0 ? [] : [indent + remedy.join(' ')])], indent)
}

function failure(code: string, message: string, exitCode: number): Failure {
  return { code, message, exitCode, details: {} }
}

function exitCodeOf(code: string): number {
  switch (code) {
    case 'REAUTHORIZATION_REQUIRED':
      return EXIT.reauthorization
    case 'INVALID_INPUT':
      return EXIT.usage
    default:
      return EXIT.failed
  }
}

/** An `EvergrantError`, told by its shape: its class lies in a module that is not loaded for `--help`. */
export function isCoded(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'retryable' in error && 'code' in error && typeof error.code === 'string'
}

function systemCodeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

// "What happened. What to do." A full stop inside a number or a name is no end.
function sentencesOf(message: string): readonly string[] {
  return message.split(/(?<=[.?!]) (?=[A-Z{`])/)
}
