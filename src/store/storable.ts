import type { Metadata } from '../ports/store.ts'

/**
 * Text that both databases take and give back as it is. PostgreSQL refuses NUL, SQLite cuts at it, and lone
 * surrogates do not survive UTF-8: a provider that sends one must not make the whole write fail and so lose
 * the refresh token beside it.
 */
export function storableText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD').replaceAll('\0', '\uFFFD')
}

/** Metadata as JSON keeps it, with storable texts and keys. */
export function storableMetadata(metadata: Metadata): Metadata {
  const entries: unknown = JSON.parse(JSON.stringify(metadata), (_key, value: unknown) =>
    storableValue(value),
  )
  return asMetadata(entries)
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storableText(key), part]))
}

/** What a metadata column holds. Anything but a JSON object counts as empty. */
export function asMetadata(value: unknown): Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Metadata) : {}
}

/**
 * A duration as the databases take it. What ends after the last instant of PostgreSQL's calendar never ends.
 */
export function storableDuration(ms: number): number {
  return ms > LONGEST_MS ? Number.POSITIVE_INFINITY : Math.round(ms)
}

const LONGEST_MS = 8e15

/** A lifetime for an integer column: endless is not a number of ms. */
export function storableLifetime(ms: number | null): number | null {
  return ms === null || ms > LONGEST_MS ? null : Math.round(ms)
}
