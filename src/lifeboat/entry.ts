import type { LifeboatEntry } from '../ports/lifeboat.ts'

const VERSION = 1

/** An entry as its file has it: JSON, with the version of this form. */
export function textOf(entry: LifeboatEntry): string {
  const { id, generation, attemptId, clientId, provider, refreshToken, spent } = entry
  return JSON.stringify({
    version: VERSION,
    id,
    generation,
    attemptId,
    clientId,
    provider,
    refreshToken,
    spent,
  })
}

/** Null: it is none, or one of a version that this one does not know. */
export function parseEntry(text: string): LifeboatEntry | null {
  const value = parseObject(text)
  if (value === null || value.version !== VERSION) return null
  const { id, generation, attemptId, clientId, provider, refreshToken, spent } = value
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation)) return null
  if (!isText(id) || !isText(attemptId) || !isText(clientId) || !isText(provider)) return null
  if (!isText(refreshToken) || !isText(spent)) return null
  return { id, generation, attemptId, clientId, provider, refreshToken, spent }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
