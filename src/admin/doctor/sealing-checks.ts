import type { Cipher } from '../../ports/cipher.ts'
import type { KeyProof } from '../../ports/key-proofs.ts'
import { assemblyOf, type OAuthTokenService } from '../../service.ts'
import { listKeys } from '../list-keys.ts'
import { type Finding, fail, pass, warn } from './finding.ts'

/** Whether the ring opens what is stored, and whether all of it is sealed, by the first key. */
export async function sealingFindings(service: OAuthTokenService): Promise<readonly Finding[]> {
  const { store, cipher } = (await assemblyOf(service)).ports
  const { keys, unknown, plaintext } = await listKeys(service)
  const proofs = await store.keyProofs.list()
  return [
    mistaken(proofs, cipher) ?? ring(keys, unknown, lacking(proofs, cipher)),
    sealing(keys, unknown, plaintext),
  ]
}

/** A key that has the id of another: nothing that the other sealed opens. */
function mistaken(proofs: readonly KeyProof[], cipher: Cipher): Finding | null {
  const proof = proofs.find(found => cipher.holds(found) === 'another key')
  if (proof === undefined) return null
  return fail(
    'keys',
    `The key ${proof.keyId} of the ring is not the key ${proof.keyId} that the database was sealed with.`,
    'Put that one back. A new key needs an id of its own, in front of the others. See docs/guide/keys.md.',
  )
}

function lacking(proofs: readonly KeyProof[], cipher: Cipher): readonly string[] {
  return proofs.filter(proof => cipher.holds(proof) === 'no key').map(({ keyId }) => keyId)
}

interface KeyUse {
  readonly id: string
  readonly values: number
}

function ring(keys: readonly KeyUse[], unknown: readonly KeyUse[], needed: readonly string[]): Finding {
  const idle = needed.filter(id => !unknown.some(use => use.id === id)).map(id => ({ id, values: 0 }))
  const missing = [...unknown, ...idle]
  if (missing.length === 0) {
    return pass('keys', `Every sealed value has its key: ${keys.map(({ id }) => id).join(', ')}.`)
  }
  const uses = missing.map(({ id, values }) => `${id} (${counted(values, 'value')})`)
  return fail(
    'keys',
    `The key ring lacks keys that the database needs: ${uses.join(', ')}.`,
    'Add them behind the first key in EVERGRANT_ENCRYPTION_KEYS. Lost? See docs/guide/keys.md.',
  )
}

function sealing(
  [first, ...others]: readonly KeyUse[],
  unknown: readonly KeyUse[],
  plaintext: number,
): Finding {
  if (plaintext > 0) {
    return warn('sealing', `${counted(plaintext, 'token')} in plaintext.`, 'Run: evergrant keys seal')
  }
  const foreign = unknown.reduce((sum, { values }) => sum + values, 0)
  if (foreign > 0) {
    return warn(
      'sealing',
      `${counted(foreign, 'value')} sealed by keys that the ring lacks.`,
      'Mend the check of the keys first.',
    )
  }
  const older = others.filter(({ values }) => values > 0)
  if (older.length > 0) {
    const uses = older.map(({ id, values }) => `${counted(values, 'value')} by ${id}`)
    return warn('sealing', `Sealed by an older key: ${uses.join(', ')}.`, 'Run: evergrant keys rotate')
  }
  const idle = others.map(({ id }) => id)
  const rest = idle.length === 0 ? '' : ` Nothing needs ${idle.join(', ')} any more.`
  return pass('sealing', `Every stored token is sealed by ${first?.id ?? 'the first key'}.${rest}`)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
