import { Refusal } from './refusal.ts'
import type { CalendarSettings } from './settings.ts'

/** Which keys an object may have. */
export interface KnownKeys {
  readonly writable: readonly string[]
  /** Of answers; refused in what is written, which caught clients that send back what they got. */
  readonly responseOnly: readonly string[]
}

/**
 * The members of a JSON object that came from outside. The first thing that is wrong is kept in `refusal`, and whoever reads
 * on gets harmless values until it is looked at.
 */
export class Fields {
  refusal: Refusal | null = null
  readonly #members: ReadonlyMap<string, unknown>

  constructor(value: unknown, { writable, responseOnly }: KnownKeys, settings: CalendarSettings) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject) this.refuse(new Refusal('INVALID_DATA'))
    this.#members = new Map(isObject ? Object.entries(value) : [])
    for (const name of this.#members.keys()) {
      if (responseOnly.includes(name)) this.refuse(new Refusal('PATTERN_NOT_MATCHED'))
      else if (!writable.includes(name) && settings.unknownKeys === 'refused') {
        this.refuse(new Refusal('EXTRA_KEY_FOUND_IN_JSON'))
      }
    }
  }

  refuse(refusal: Refusal): void {
    this.refusal ??= refusal
  }

  has(name: string): boolean {
    return this.#members.has(name)
  }

  /** As it came. */
  raw(name: string): unknown {
    return this.#members.get(name)
  }

  /** Refuses what is not there. */
  require(name: string): void {
    if (!this.has(name)) this.refuse(new Refusal('LESS_THAN_MIN_OCCURANCE'))
  }

  /** What `parse` makes of it; null from `parse` refuses it. Absent: `otherwise`. */
  read<T>(name: string, otherwise: T, parse: (value: unknown) => T | null): T {
    if (!this.has(name)) return otherwise
    const value = parse(this.#members.get(name))
    if (value !== null) return value
    this.refuse(new Refusal('PATTERN_NOT_MATCHED'))
    return otherwise
  }

  text(name: string, most: number, otherwise = ''): string {
    const text = this.read(name, otherwise, value => (typeof value === 'string' ? value : null))
    if ([...text].length <= most) return text
    this.refuse(new Refusal('MORE_THAN_MAX_LENGTH'))
    return otherwise
  }

  flag(name: string, otherwise: boolean): boolean {
    return this.read(name, otherwise, parseFlag)
  }

  integer(name: string, least: number, most: number, otherwise: number): number {
    return this.read(name, otherwise, value => {
      const number = parseInteger(value)
      return number !== null && number >= least && number <= most ? number : null
    })
  }

  /** `#8cbf40`, or `#fff`. */
  color(name: string, otherwise: string): string {
    const hex = /^#(?:[\da-f]{3}|[\da-f]{6})$/i
    return this.read(name, otherwise, value => (typeof value === 'string' && hex.test(value) ? value : null))
  }

  /** Each item of a list, read by `parse` in fields of its own. */
  list<T>(
    name: string,
    keys: readonly string[],
    settings: CalendarSettings,
    parse: (item: Fields) => T,
  ): readonly T[] {
    return this.read<readonly T[]>(name, [], value => {
      if (!Array.isArray(value) || value.length > 500) return null
      return value.map(item => {
        const fields = new Fields(item, { writable: keys, responseOnly: [] }, settings)
        const parsed = parse(fields)
        if (fields.refusal !== null) this.refuse(fields.refusal)
        return parsed
      })
    })
  }
}

/** `true`, and `"true"`. */
export function parseFlag(value: unknown): boolean | null {
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : null
}

/** `-15`, and `"-15"`. */
export function parseInteger(value: unknown): number | null {
  if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

/** The JSON of a parameter. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return new Refusal('INVALID_DATA')
  }
}
