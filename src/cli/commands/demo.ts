import { runDemo } from '../demo/run-demo.ts'
import { UsageError } from '../failure.ts'
import type { Invocation } from '../invocation.ts'

/** Tells the story of a token, and checks every line of it. */
export async function demo({ output, options, schema }: Invocation): Promise<number> {
  if (schema !== undefined) {
    throw new UsageError(
      'The demo has a schema of its own on PostgreSQL, evergrant_demo. Run it without --schema.',
    )
  }
  return runDemo(output, { once: options.once === true || output.isJson || !output.isTerminal })
}
