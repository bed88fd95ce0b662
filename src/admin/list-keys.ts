import { refuseUnknownNames } from '../known-names.ts'
import type { Cipher } from '../ports/cipher.ts'
import type { SealedValues } from '../ports/sealed-values.ts'
import { sealedPages, textsOf } from '../sealed-rows.ts'
import { assemblyOf, type OAuthTokenService } from '../service.ts'

const PAGE = 1_000

/** How keys are listed. */
export interface ListKeysOptions {
  readonly signal?: AbortSignal | undefined
}

/** A key, and how many stored values it has sealed. */
export interface KeyUse {
  /** Its id, as envelopes have it. */
  readonly id: string
  /** How many. */
  readonly values: number
}

/** The same, of a key of the ring. */
export interface RingKeyUse extends KeyUse {
  /** Whether it seals what is written now: the first key of the ring. */
  readonly seals: boolean
}

/** How many values each key has sealed. */
export interface KeyList {
  /** The keys of the ring, in its order: the first seals. */
  readonly keys: readonly RingKeyUse[]
  /** Keys that are not in the ring. `?`: values that were cut or altered so that they name no key. */
  readonly unknown: readonly KeyUse[]
  /** Values that are not sealed: plaintext from before. */
  readonly plaintext: number
}

/**
 * Counts the stored values by the key that sealed each. Reads every row, a page at a time, and opens none.
 * @throws StoreUnavailableError
 */
export async function listKeys(service: OAuthTokenService, options: ListKeysOptions = {}): Promise<KeyList> {
  refuseUnknownNames(options, ['signal'], { owner: 'listKeys()', noun: 'option' })
  const { store, cipher } = (await assemblyOf(service)).ports
  return countKeys(store.sealedValues, cipher, options.signal)
}

/** As {@link listKeys}, on the parts of a service. */
export async function countKeys(
  values: SealedValues,
  cipher: Cipher,
  signal: AbortSignal | undefined,
): Promise<KeyList> {
  const counts = new Map<string, number>()
  let plaintext = 0
  for await (const rows of sealedPages(values, PAGE, signal)) {
    for (const text of rows.flatMap(textsOf)) {
      if (!cipher.isSealed(text)) plaintext += 1
      else {
        const id = cipher.keyIdOf(text) ?? '?'
        counts.set(id, (counts.get(id) ?? 0) + 1)
      }
    }
  }
  const { keyIds } = cipher
  return {
    keys: keyIds.map((id, index) => ({ id, seals: index === 0, values: counts.get(id) ?? 0 })),
    unknown: [...counts].filter(([id]) => !keyIds.includes(id)).map(([id, count]) => ({ id, values: count })),
    plaintext,
  }
}
