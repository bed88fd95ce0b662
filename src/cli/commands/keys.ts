import { generateKey } from 'evergrant/admin'
import { EXIT } from '../failure.ts'
import { type Invocation, textOption } from '../invocation.ts'

/** Prints a new encryption key, alone, so that a shell or a secret store can take it. */
export async function generate(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const key = generateKey({ id: textOption(invocation, 'id') })
  output.report({ id: key.slice(0, key.indexOf(':')), key }, [key])
  output.hint(
    'Put it in EVERGRANT_ENCRYPTION_KEYS, in front of keys that are there. Without it nothing opens.',
  )
  return EXIT.done
}
