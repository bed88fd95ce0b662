import { type ErrorSubject, InvalidInputError } from './errors.ts'

/** Every name of an options type: the compiler insists that none is forgotten and none is invented. */
export type NamesOf<Options> = { readonly [Name in keyof Options]-?: true }

/** Whose names they are, in a message: `open()` has options, `credentials` has fields. */
export interface NameOwner {
  readonly owner: string
  readonly noun: 'option' | 'field'
}

/**
 * Refuses an object that holds a name nobody reads: what is misspelt must not be dropped in silence.
 * @param hint what else would help, said at the end
 * @throws InvalidInputError names what is unknown, what was probably meant, and what there is
 */
export function refuseUnknownNames(
  given: object,
  known: readonly string[],
  { owner, noun }: NameOwner,
  { subject, hint = '' }: { readonly subject?: ErrorSubject | undefined; readonly hint?: string } = {},
): void {
  const unknown = Object.keys(given).filter(name => !known.includes(name))
  if (unknown.length === 0) return
  const nouns = unknown.length === 1 ? noun : `${noun}s`
  const meant = [...new Set(unknown.flatMap(name => nearestName(name, known) ?? []))]
  const question = meant.length === 0 ? '' : ` Did you mean ${listOf(meant)}?`
  const there = `${known.length === 1 ? 'There is' : 'There are'}: ${known.join(', ')}.`
  throw new InvalidInputError(
    `${owner} has no ${nouns} ${listOf(unknown)}.${question} ${there}${hint === '' ? '' : ` ${hint}`}`,
    subject,
  )
}

/** The known name that somebody who wrote `name` probably meant; null: none is close. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const written = plain(name)
  let nearest: string | null = null
  let least = Infinity
  for (const candidate of known) {
    const distance = distanceBetween(written, plain(candidate))
    if (distance < least) [nearest, least] = [candidate, distance]
  }
  return least <= Math.min(2, Math.floor(written.length / 3)) ? nearest : null
}

// `client_id`, `clientID` and `clientId` differ in spelling only.
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '')
}

/** How many letters have to be added, taken away, replaced or swapped. */
function distanceBetween(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          (last[column] ?? Infinity) + 1,
          (current[column - 1] ?? Infinity) + 1,
          (last[column - 1] ?? Infinity) + (same ? 0 : 1),
          swapped ? (before[column - 2] ?? Infinity) + 1 : Infinity,
        ),
      )
    }
    before = last
    last = current
  }
  return last[to.length] ?? Infinity
}

function listOf(names: readonly string[]): string {
  const quoted = names.map(quoteName)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`
}

// A value in the place of a name is not printed: it may be a secret.
function quoteName(name: string): string {
  return /^[A-Za-z_$][\w$-]{0,39}$/.test(name) ? `"${name}"` : `(a name of ${name.length} characters)`
}
