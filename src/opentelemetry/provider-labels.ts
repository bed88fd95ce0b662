/** What names are called that are not shown (OpenTelemetry's own word for it, as in `error.type`). */
export const OTHER = '_OTHER'

const MOST_NAMES = 100

/** The names of providers that may be labels: the first of those that services know. Users make up names. */
export class ProviderLabels {
  readonly #names = new Set<string>()

  admit(names: readonly string[]): void {
    for (const name of names) {
      if (this.#names.size >= MOST_NAMES) return
      this.#names.add(name)
    }
  }

  of(name: string): string {
    return this.#names.has(name) ? name : OTHER
  }
}
