import { InvalidInputError } from 'evergrant'

/*
 * Zoho gives an event its uid and takes no key of a caller's. What it keeps and gives back in lists is the description: its
 * last line marks the event of a key. It is a digest, so that guests read nothing of the key in it.
 */
const MARK = /\s*\[evergrant:[0-9a-f]{32}\]/g

/** As long as a description may be. */
const LONGEST = 10_000

/** The line that marks the event of a key. */
export async function markOf(key: unknown): Promise<string> {
  if (typeof key !== 'string' || key === '' || key.length > 500)
    throw new InvalidInputError('key has to be text of 1 to 500 characters.')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  return `[evergrant:${Buffer.from(digest).toString('hex').slice(0, 32)}]`
}

/** The line that marks a description; null: none does. */
export function markIn(description: unknown): string | null {
  return (typeof description === 'string' ? description.match(MARK)?.[0]?.trim() : undefined) ?? null
}

/** A description with a mark. */
export function withMark(description: unknown, mark: string): string {
  const text = typeof description === 'string' ? `${description}\n\n${mark}` : mark
  if (text.length <= LONGEST) return text
  throw new InvalidInputError(`With a key, description may have ${LONGEST - mark.length - 2} characters.`)
}

/** A description without its mark. */
export function withoutMark(description: string | null): string | null {
  const text = description?.replaceAll(MARK, '') ?? ''
  return text === '' ? null : text
}
