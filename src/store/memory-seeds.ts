import type { ConnectionKey, PlantRequest, Seed, SeedMemory } from '../ports/store.ts'
import { useOf } from './memory-rows.ts'

type SeedUse = NonNullable<SeedMemory['use']> & { readonly provider: string }

/** Who took which seed, and what became of it. */
export class MemorySeeds {
  readonly #owners = new Map<string, string>()
  readonly #uses = new Map<string, SeedUse>()

  memory(seed: Seed, provider: string): SeedMemory {
    const use = this.#uses.get(useOf(seed, provider))
    return {
      owner: this.#owners.get(seed.variable) ?? null,
      use: use === undefined ? null : { clientId: use.clientId, state: use.state },
    }
  }

  /** Why the seed may not be planted; null: it may. */
  refusal({ seed, clientId, provider, named }: PlantRequest): 'not_owner' | 'used' | null {
    const { owner, use } = this.memory(seed, provider)
    if (!named && owner !== null && owner !== clientId) return 'not_owner'
    if (use === null) return null
    return use.state === 'deleted' || (use.clientId !== clientId && !named) ? 'used' : null
  }

  planted({ seed, clientId, provider }: PlantRequest): void {
    this.#owners.set(seed.variable, clientId)
    this.#uses.set(useOf(seed, provider), { clientId, provider, state: 'stored' })
  }

  /** The connection was deleted: neither its seeds nor the one that it could have used come back. */
  forget({ clientId, provider }: ConnectionKey, seed: Seed | null): void {
    const deleted = { clientId, provider, state: 'deleted' } as const
    if (seed !== null && !this.#uses.has(useOf(seed, provider))) {
      this.#uses.set(useOf(seed, provider), deleted)
    }
    for (const [name, use] of this.#uses) {
      if (use.clientId === clientId && use.provider === provider) this.#uses.set(name, deleted)
    }
  }
}
