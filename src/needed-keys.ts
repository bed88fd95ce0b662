import { DecryptionError, EvergrantError } from './errors.ts'
import type { Cipher, SealedPurpose } from './ports/cipher.ts'
import type { KeyProof, KeyProofs } from './ports/key-proofs.ts'
import type { SealedRow, SealedValues } from './ports/sealed-values.ts'
import type { TokenStore } from './ports/store.ts'
import { sealedPages, textsOf } from './sealed-rows.ts'

const PAGE = 1_000

type Store = Pick<TokenStore, 'keyProofs' | 'sealedValues'>

/**
 * Refuses a ring that lacks a key which the database needs, before anything is read or written with it. From then
 * on the database needs the first key of the ring, too.
 * @throws DecryptionError names the key
 * @throws StoreUnavailableError
 */
export async function requireNeededKeys({ keyProofs, sealedValues }: Store, cipher: Cipher): Promise<void> {
  const proofs = await keyProofs.list()
  // A database from before, or a new one: what it needs, its values say.
  const needed =
    proofs.length === 0
      ? await keysOfValues(sealedValues, cipher)
      : await keysOfProofs(proofs, keyProofs, sealedValues, cipher)
  const [first = ''] = cipher.keyIds
  const known = proofs.map(({ keyId }) => keyId).filter(keyId => needed.has(keyId))
  for (const keyId of new Set([...needed, first])) {
    if (!known.includes(keyId)) await keyProofs.add(cipher.proofOf(keyId))
  }
}

/** The keys that the proofs ask for. One that the ring lacks is forgotten where no value is sealed with it. */
async function keysOfProofs(
  proofs: readonly KeyProof[],
  keyProofs: KeyProofs,
  values: SealedValues,
  cipher: Cipher,
): Promise<ReadonlySet<string>> {
  const unmet = proofs.filter(proof => cipher.holds(proof) !== 'the key')
  if (unmet.length > 0) {
    for await (const rows of sealedPages(values, PAGE, undefined)) {
      for (const text of rows.flatMap(textsOf)) {
        const proof = unmet.find(({ keyId }) => keyId === cipher.keyIdOf(text))
        if (proof === undefined) continue
        throw cipher.holds(proof) === 'no key'
          ? lackingKey(proof.keyId, cipher)
          : otherKey(proof.keyId, cipher)
      }
    }
    for (const { keyId } of unmet) await keyProofs.remove(keyId)
  }
  return new Set(proofs.filter(proof => !unmet.includes(proof)).map(({ keyId }) => keyId))
}

/** The keys that the stored values name. Each has opened one of its values. */
async function keysOfValues(values: SealedValues, cipher: Cipher): Promise<ReadonlySet<string>> {
  const proven = new Set<string>()
  const unproven = new Set<string>()
  for await (const rows of sealedPages(values, PAGE, undefined)) {
    for (const { keyId, opens } of rows.flatMap(row => looksAt(row, cipher))) {
      if (!cipher.keyIds.includes(keyId)) throw lackingKey(keyId, cipher)
      if (proven.has(keyId)) continue
      // One that was altered says nothing about the key, as long as another value opens.
      if (opens()) proven.add(keyId)
      else unproven.add(keyId)
    }
  }
  for (const keyId of unproven) if (!proven.has(keyId)) throw otherKey(keyId, cipher)
  return proven
}

interface Look {
  readonly keyId: string
  opens(): boolean
}

function looksAt(row: SealedRow, cipher: Cipher): readonly Look[] {
  return [
    look(row, 'access_token', row.accessToken, cipher),
    look(row, 'refresh_token', row.refreshToken, cipher),
  ].filter(found => found !== null)
}

function look(
  { clientId, provider }: SealedRow,
  purpose: SealedPurpose,
  text: string | null,
  cipher: Cipher,
): Look | null {
  const keyId = text === null ? null : cipher.keyIdOf(text)
  if (text === null || keyId === null) return null
  return {
    keyId,
    opens: () => {
      try {
        cipher.open(text, { purpose, clientId, provider })
        return true
      } catch (error) {
        if (error instanceof EvergrantError) return false
        throw error
      }
    },
  }
}

function lackingKey(keyId: string, { source, keyIds }: Cipher): DecryptionError {
  return new DecryptionError(
    `The database needs the encryption key "${keyId}", and ${source} does not hold it (it holds: ` +
      `${keyIds.join(', ')}). Put that key back, behind the first one. Lost? \`evergrant keys forget ${keyId} ` +
      '--dry-run` says what that means.',
    {},
  )
}

function otherKey(keyId: string, { source }: Cipher): DecryptionError {
  return new DecryptionError(
    `The key "${keyId}" in ${source} is not the key "${keyId}" that this database was sealed with. Put the one that ` +
      'sealed it there. A new key needs an id of its own, in front of those that are there.',
    {},
  )
}
