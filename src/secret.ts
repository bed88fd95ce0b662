/**
 * A value that must not be printed: a token, a client secret, a key.
 *
 * Every way of turning it into text (`String`, `JSON.stringify`, `util.inspect`, template literals) gives
 * `[secret]`; `structuredClone` gives an empty object. Only {@link Secret.reveal} gives the value.
 */
export class Secret {
  readonly #value: string

  private constructor(value: string) {
    this.#value = value
  }

  /** Wraps a value. */
  static of(value: string): Secret {
    return new Secret(value)
  }

  /** The value itself. Call it only where the bytes leave: a request, a header, sealing, the caller. */
  reveal(): string {
    return this.#value
  }

  /** Whether both hold the same value. */
  equals(other: Secret | null): boolean {
    return other !== null && this.#value === other.#value
  }

  /** `[secret]`. */
  toString(): string {
    return '[secret]'
  }

  /** `[secret]`. */
  toJSON(): string {
    return '[secret]'
  }

  static {
    // A computed member would need a type that `isolatedDeclarations` cannot write down.
    Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value: () => '[secret]',
    })
  }
}
