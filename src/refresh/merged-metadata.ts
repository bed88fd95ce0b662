import type { Metadata } from '../ports/store.ts'

/**
 * The stored metadata with what was added; null: nothing would change, and what is stored stays as it is, byte for
 * byte. A table that was there before Evergrant may hold what JavaScript would not give back: numbers beyond 2^53.
 */
export function mergedMetadata(stored: Metadata | undefined, added: Metadata): Metadata | null {
  const isNew = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(stored?.[name])
  return Object.entries(added).some(isNew) ? { ...stored, ...added } : null
}
