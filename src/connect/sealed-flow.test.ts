import { describe, expect, test } from 'vitest'
import { DecryptionError } from '../errors.ts'
import type { Cipher, SealedPlace } from '../ports/cipher.ts'
import type { FlowRecord } from '../ports/flows.ts'
import { Secret } from '../secret.ts'
import { openFlow, sealFlow } from './sealed-flow.ts'

// A seal that anybody can see through: what is tested is whose a value is. That of the house is in src/sealing.
const seal = (text: string, place: SealedPlace): string => `sealed ${JSON.stringify({ place, text })}`
const cipher = {
  seal: (value: Secret, place: SealedPlace) => seal(value.reveal(), place),
  isSealed: (text: string) => text.startsWith('sealed '),
  // As plaintext from before is read where nobody requires sealed values.
  open: (text: string, place: SealedPlace) => {
    if (!text.startsWith('sealed ')) return Secret.of(text)
    const { place: sealedFor, text: value } = JSON.parse(text.slice('sealed '.length))
    if (JSON.stringify(sealedFor) === JSON.stringify(place)) return Secret.of(value)
    throw new DecryptionError('it was moved', {})
  },
} as Cipher

const ID = { clientId: 'ada', provider: 'acme', digest: 'digest-1', bindingDigest: 'binding-1' }
const VALUE = { verifier: 'v1', nonce: 'n1' }
const place = { purpose: 'pkce_verifier', clientId: 'ada', provider: 'acme' } as const

function opened(sealed: string, changed: Partial<FlowRecord> & { digest?: string } = {}): unknown {
  const { digest, ...flow } = { ...ID, ...changed }
  const members = openFlow(cipher, 'pkce_verifier', digest, { ...flow, sealed } as FlowRecord)
  return members === null ? null : Object.fromEntries(members)
}

describe('what a flow keeps secret', () => {
  const sealed = sealFlow(cipher, 'pkce_verifier', ID, VALUE)

  test('opens in its flow', () => {
    expect(opened(sealed)).toEqual(VALUE)
  })

  test.each([
    ['flow', { digest: 'digest-2' }],
    ['browser’s binding', { bindingDigest: 'binding-2' }],
    ['client', { clientId: 'eve' }],
    ['provider', { provider: 'evil' }],
  ])('T2, T15: opens for no other %s', (_, changed) => {
    expect(opened(sealed, changed)).toBe(null)
  })

  test('T2: opens for no other purpose', () => {
    expect(opened(sealFlow(cipher, 'pending_tokens', ID, VALUE))).toBe(null)
  })

  test('T5, T15: does not count as plain text, however right it looks', () => {
    const { digest, bindingDigest } = ID
    expect(opened(JSON.stringify({ digest, bindingDigest, value: VALUE }))).toBe(null)
  })

  test.each(['', 'x', 'null', '7', '[]', '"text"', '{}', '{"value":{}}'])(
    'T2: and is %j inside, does not count',
    text => {
      expect(opened(seal(text, place))).toBe(null)
    },
  )

  test('a fault of the key ring itself is told', () => {
    const broken = {
      ...cipher,
      open: () => {
        throw new TypeError('a bug')
      },
    } as unknown as Cipher
    const flow = { ...ID, sealed } as unknown as FlowRecord
    expect(() => openFlow(broken, 'pkce_verifier', ID.digest, flow)).toThrow('a bug')
  })
})
