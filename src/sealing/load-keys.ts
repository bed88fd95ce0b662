import { EvergrantError, InvalidInputError } from '../errors.ts'
import type { KeySource, RingKey } from '../ports/key-source.ts'

/**
 * The keys of a source. Where it fails that is told by a name or a code alone: the client of a KMS may put into its
 * errors what it sent, or what it was answered.
 * @throws InvalidInputError the source failed, or gave something else
 */
export async function loadKeys(source: KeySource): Promise<readonly RingKey[]> {
  const keys = await given(source)
  if (Array.isArray(keys) && keys.every(isRingKey)) return keys
  throw new InvalidInputError(
    `The key source "${source.name}" gave something else than keys. Give a list of { id, key: Secret.of(base64) }.`,
  )
}

async function given(source: KeySource): Promise<unknown> {
  try {
    return await source.load()
  } catch (error) {
    if (error instanceof EvergrantError) throw error
    throw new InvalidInputError(
      `The key source "${source.name}" failed (${labelOf(error)}), and nothing opens without its keys. ` +
        'Mend it, and open again. What else it says is not repeated here, because it may be secret: log it in load().',
    )
  }
}

function isRingKey(value: unknown): value is RingKey {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('key' in value)) return false
  const { id, key } = value
  return (
    typeof id === 'string' &&
    typeof key === 'object' &&
    key !== null &&
    'reveal' in key &&
    typeof key.reveal === 'function'
  )
}

// `ECONNREFUSED`, `AccessDeniedException`: what looks like anything else may be anything else.
function labelOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it threw no Error'
  if ('code' in error && typeof error.code === 'string' && /^[A-Z][A-Z_]{1,39}$/.test(error.code)) {
    return error.code
  }
  return /^[A-Z][A-Za-z]{1,59}$/.test(error.name) ? error.name : 'Error'
}
