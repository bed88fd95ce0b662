import { createHash } from 'node:crypto'

/**
 * Zoho's ids: strings of 19 digits, more than a JavaScript number holds. Those of one organization begin with the
 * same digits, so that an id of another data centre or environment is never known here.
 */
export class CrmIds {
  readonly #prefix: string
  readonly #named = new Map<string, string>()
  #count = 0

  /** @param organization what tells the organizations apart */
  constructor(organization: string) {
    const digest = createHash('sha256').update(organization).digest().readUInt32BE(0)
    this.#prefix = String(1_000_000 + (digest % 8_000_000))
  }

  /** One that was never given before; later ones are greater. */
  next(): string {
    this.#count += 1
    // Zoho's ids are far apart: nobody may count on neighbours.
    return `${this.#prefix}${String(this.#count * 1009).padStart(12, '0')}`
  }

  /** The id of something that is found by its name, like a field: the same each time. */
  of(name: string): string {
    const known = this.#named.get(name) ?? this.next()
    this.#named.set(name, known)
    return known
  }
}

/** Whether it looks like an id of Zoho's: digits, and no more than fit into 64 bits. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,19}$/.test(value)
}
