import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../errors.ts'
import type { FlowRecord } from '../ports/flows.ts'
import { defineProvider } from '../providers/define-provider.ts'
import type { Secret } from '../secret.ts'
import { beginFlow } from './begin-flow.ts'
import type { FlowPorts } from './ports.ts'
import { RedirectUris } from './redirect-uris.ts'
import { digestOf } from './unguessable.ts'

const begun: { readonly digest: string; readonly flow: FlowRecord; readonly ttlMs: number }[] = []
let sealed = ''
let isNew = true
const ports = {
  store: {
    flows: {
      begin: async (digest: string, flow: FlowRecord, ttlMs: number) => {
        begun.push({ digest, flow, ttlMs })
        return isNew
      },
    },
  },
  cipher: {
    seal: (value: Secret) => {
      sealed = value.reveal()
      return 'sealed'
    },
  },
  clock: { wallMs: () => 0 },
  emit: () => {},
} as unknown as FlowPorts

const profile = defineProvider({
  name: 'acme',
  authorizationEndpoint: 'https://id.acme.example/auth',
  tokenEndpoint: 'https://id.acme.example/token',
})
const begin = (user: string | null = 'ada@acme.example') =>
  beginFlow(ports, new RedirectUris(), {
    key: { clientId: 'smart-tax-nation', provider: 'acme' },
    profile,
    app: { clientId: 'app', clientSecret: null },
    redirectUri: { sent: 'https://app.example/cb', url: 'https://app.example/cb' },
    scopes: ['openid'],
    user,
    returnTo: null,
    parameters: {},
    metadata: {},
    resource: [],
  })

describe('a flow that begins', () => {
  test('T15, T16: has a state, a binding, a verifier and a nonce of 256 bits each, and no two alike', async () => {
    const drawn: unknown[] = []
    for (let round = 0; round < 20; round += 1) {
      const { url, binding } = await begin()
      const { searchParams } = new URL(url)
      const { verifier, nonce } = JSON.parse(sealed).value
      drawn.push(searchParams.get('state'), binding, verifier, nonce)
      expect(nonce).toBe(searchParams.get('nonce'))
    }
    for (const text of drawn) expect(text).toMatch(/^[\w-]{43}$/)
    expect(new Set(drawn).size).toBe(80)
  })

  test('T15: lasts ten minutes, and is kept by digests alone', async () => {
    const { url, binding, expiresAt } = await begin()
    const { digest, flow, ttlMs } = begun.at(-1) ?? expect.fail()
    expect([ttlMs, expiresAt.getTime()]).toEqual([600_000, 600_000])
    const state = new URL(url).searchParams.get('state') ?? ''
    expect([digest, flow.bindingDigest, flow.userDigest, flow.sealed]).toEqual([
      await digestOf(state),
      await digestOf(binding),
      await digestOf('ada@acme.example'),
      'sealed',
    ])
    for (const secret of [state, binding, 'ada@acme.example'])
      expect(JSON.stringify(flow)).not.toContain(secret)
    await begin(null)
    expect(begun.at(-1)?.flow.userDigest).toBe(null)
  })

  test('T15: with random bits that were drawn before is not begun', async () => {
    isNew = false
    const repeated = begin()
    await expect(repeated).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(repeated).rejects.toMatchObject({ reason: 'RANDOMNESS' })
  })
})
