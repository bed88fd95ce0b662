import { InvalidInputError } from '../errors.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { sealedPages, textsOf } from '../sealed-rows.ts'
import { assemblyOf, type OAuthTokenService } from '../service.ts'

const PAGE = 1_000
/** How a key is forgotten. */
export interface ForgetKeyOptions {
  /** The key is lost, and so are the values that it sealed. Default false: a key that is needed stays needed. */
  readonly lost?: boolean | undefined
  /** Say what would be done, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** What forgetting a key means. */
export interface ForgottenKey {
  /** Its id. */
  readonly id: string
  /** Whether nothing was written. */
  readonly dryRun: boolean
  /** Whether the database knew that it needs the key. */
  readonly known: boolean
  /** Values that it sealed. They stay as they are, and open again with the key if it is ever found. */
  readonly values: number
  /** Whose values they are: the accounts to connect again. */
  readonly connections: readonly ConnectionKey[]
}

const NAMES: NamesOf<ForgetKeyOptions> = { lost: true, dryRun: true, signal: true }

/**
 * Has the database need a key no longer, so that services start without it. Changes no token.
 * @throws InvalidInputError the key seals what is written now; or values are sealed with it, and it is in the ring
 *   (rotate first) or nobody said that it is lost
 * @throws StoreUnavailableError
 */
export async function forgetKey(
  service: OAuthTokenService,
  id: string,
  options: ForgetKeyOptions = {},
): Promise<ForgottenKey> {
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'forgetKey()', noun: 'option' })
  const { lost = false, dryRun = false, signal } = options
  const { store, cipher } = (await assemblyOf(service)).ports
  const [first = ''] = cipher.keyIds
  if (id === first) {
    throw new InvalidInputError(
      `The key "${id}" seals what is written now. Put another in front of it first.`,
    )
  }

  const connections: ConnectionKey[] = []
  let values = 0
  for await (const rows of sealedPages(store.sealedValues, PAGE, signal)) {
    for (const row of rows) {
      const count = textsOf(row).filter(text => cipher.keyIdOf(text) === id).length
      values += count
      const isConnection = row.table === 'oauth_tokens'
      if (count > 0 && isConnection) connections.push({ clientId: row.clientId, provider: row.provider })
    }
  }
  if (values > 0 && cipher.keyIds.includes(id)) {
    throw new InvalidInputError(
      `The key "${id}" is needed by ${values} stored values. Seal them with the first key before: ` +
        '`evergrant keys rotate`.',
    )
  }
  if (values > 0 && !lost && !dryRun) {
    throw new InvalidInputError(
      `The key "${id}" is needed by ${values} stored values, of ${connections.length} connections. Put it back into ` +
        `${cipher.source}. Only if nobody has it any more: \`evergrant keys forget ${id} --lost\`; those accounts ` +
        'have to be connected again.',
    )
  }
  const known = (await store.keyProofs.list()).some(({ keyId }) => keyId === id)
  if (!dryRun) {
    // First the key to go on with: a database that knows of none is looked through, and would find the lost one.
    await store.keyProofs.add(cipher.proofOf(first))
    await store.keyProofs.remove(id)
  }
  return { id, dryRun, known, values, connections: connections.sort(byName) }
}

function byName(a: ConnectionKey, b: ConnectionKey): number {
  return a.clientId.localeCompare(b.clientId) || a.provider.localeCompare(b.provider)
}
