import type { Assembly } from '../../assemble.ts'
import { type EnvironmentSeed, readEnvironment } from '../../environment.ts'
import { seedDigest } from '../../sealing/seed-digest.ts'
import { type Finding, pass, warn } from './finding.ts'

/** Whether refresh tokens of the environment have done their work: then they only lie about. */
export async function seedFindings({ ports, providers }: Assembly): Promise<readonly Finding[]> {
  const environment = readEnvironment()
  const uses = new Map<string, { readonly stored: string[]; readonly open: string[] }>()
  for (const provider of providers.names) {
    const seed = environment.seedOf(provider)
    if (seed === null) continue
    const use = uses.get(seed.variable) ?? { stored: [], open: [] }
    uses.set(seed.variable, use)
    const owner = await ownerOf(ports.store, seed, provider, environment.seedClientId)
    if (owner === null) use.open.push(provider)
    else use.stored.push(`${provider} of ${owner}`)
  }
  if (uses.size === 0) return [pass('seeds', 'No refresh token is in the environment.')]
  return [...uses].map(([variable, { stored, open }]) => {
    if (stored.length === 0) return pass('seeds', `${variable} waits for its first use.`)
    const unless = open.length === 0 ? '' : `, unless ${open.join(' or ')} shall take it, too`
    return warn(
      'seeds',
      `${variable} is not needed any more: a token of its own is stored for ${stored.join(' and ')}.`,
      `Remove ${variable} from the environment${unless}.`,
    )
  })
}

/** The client that has a token of its own where the seed would go: refreshed or stored since; null: none. */
async function ownerOf(
  store: Assembly['ports']['store'],
  { variable, value }: EnvironmentSeed,
  provider: string,
  named: string | undefined,
): Promise<string | null> {
  const { owner, use } = await store.seedMemory({ variable, digest: seedDigest(value) }, provider)
  const clientId = named ?? use?.clientId ?? owner
  if (clientId === null) return null
  const row = await store.read({ clientId, provider })
  return row !== null && (row.generation > 0 || row.lastRefreshedAt !== null) ? clientId : null
}
