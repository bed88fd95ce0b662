/** Which records belong together without one naming the other: leads and products, contacts and campaigns. */
export class RelationLinks {
  readonly #links = new Map<string, Set<string>>()

  /** False: they were linked already. */
  add(one: string, other: string): boolean {
    const known = this.#of(one).has(other)
    this.#of(one).add(other)
    this.#of(other).add(one)
    return !known
  }

  /** False: they were not linked. */
  remove(one: string, other: string): boolean {
    this.#of(other).delete(one)
    return this.#of(one).delete(other)
  }

  /** The ids of the records that one is linked with. */
  of(id: string): ReadonlySet<string> {
    return this.#of(id)
  }

  #of(id: string): Set<string> {
    const linked = this.#links.get(id) ?? new Set<string>()
    this.#links.set(id, linked)
    return linked
  }
}
