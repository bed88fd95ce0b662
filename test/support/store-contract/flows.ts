import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { FlowRecord } from '../../../src/ports/flows.ts'
import { freshKey, HOUR, type StoreHarness } from './harness.ts'

const TEN_MINUTES = 600_000

/** Authorization flows: begun once, consumed once. */
export function flowsContract(harness: () => StoreHarness): void {
  describe('flows', () => {
    test('come back as they were begun, once, without their sealed part after that', async () => {
      const { flows } = harness().store
      const [digest, flow] = [randomUUID(), flowOf()]
      expect(await flows.begin(digest, flow, TEN_MINUTES)).toBe(true)
      expect(await flows.consume(digest, 'authorization')).toEqual({ kind: 'consumed', flow })
      const { sealed: _, ...rest } = flow
      expect(await flows.consume(digest, 'authorization')).toEqual({
        kind: 'used',
        flow: rest,
        outcome: null,
      })
    })

    test('may leave out what is not known', async () => {
      const { flows } = harness().store
      const [digest, flow] = [randomUUID(), flowOf({ issuer: null, userDigest: null, details: {} })]
      await flows.begin(digest, flow, TEN_MINUTES)
      expect(await flows.consume(digest, 'authorization')).toEqual({ kind: 'consumed', flow })
    })

    test('are consumed by one of a hundred at once', async () => {
      const { store, second } = harness()
      const [digest, flow] = [randomUUID(), flowOf()]
      await store.flows.begin(digest, flow, TEN_MINUTES)
      const all = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          (index % 2 ? store : (second ?? store)).flows.consume(digest, 'authorization'),
        ),
      )
      expect(all.filter(({ kind }) => kind === 'consumed')).toEqual([{ kind: 'consumed', flow }])
      expect(all.filter(({ kind }) => kind === 'used')).toHaveLength(99)
    })

    test('are not begun over one that is there, also where it is consumed', async () => {
      const { flows } = harness().store
      const [digest, flow] = [randomUUID(), flowOf()]
      await flows.begin(digest, flow, TEN_MINUTES)
      expect(await flows.begin(digest, flowOf(), TEN_MINUTES)).toBe(false)
      expect(await flows.consume(digest, 'authorization')).toEqual({ kind: 'consumed', flow })
      expect(await flows.begin(digest, flowOf(), TEN_MINUTES)).toBe(false)
      expect(await flows.consume(digest, 'authorization')).toMatchObject({ kind: 'used' })
    })

    test('end with their time', async () => {
      const { store, advance } = harness()
      const [inTime, late] = [randomUUID(), randomUUID()]
      await store.flows.begin(late, flowOf(), TEN_MINUTES)
      await advance(60_000)
      await store.flows.begin(inTime, flowOf(), TEN_MINUTES)
      await advance(TEN_MINUTES - 60_000)
      expect(await store.flows.consume(inTime, 'authorization')).toMatchObject({ kind: 'consumed' })
      expect(await store.flows.consume(late, 'authorization')).toEqual({ kind: 'expired' })
    })

    test('that were begun in the future count as over: the clock was set back', async () => {
      const { store, advance } = harness()
      const digest = randomUUID()
      await store.flows.begin(digest, flowOf(), TEN_MINUTES)
      await advance(-60_000)
      expect(await store.flows.consume(digest, 'authorization')).toEqual({ kind: 'expired' })
    })

    test('of one kind are not known as another, and stay', async () => {
      const { flows } = harness().store
      const digest = randomUUID()
      await flows.begin(digest, flowOf({ kind: 'confirmation' }), TEN_MINUTES)
      expect(await flows.consume(digest, 'authorization')).toEqual({ kind: 'unknown' })
      expect(await flows.consume(digest, 'confirmation')).toMatchObject({ kind: 'consumed' })
      expect(await flows.consume(randomUUID(), 'confirmation')).toEqual({ kind: 'unknown' })
    })

    test('are told with what became of them, and only of one that was consumed', async () => {
      const { flows } = harness().store
      const digest = randomUUID()
      await flows.begin(digest, flowOf(), TEN_MINUTES)
      await flows.conclude(digest, 'connected')
      await flows.conclude(randomUUID(), 'connected')
      await flows.consume(digest, 'authorization')
      expect(await flows.consume(digest, 'authorization')).toMatchObject({ kind: 'used', outcome: null })
      await flows.conclude(digest, 'account_changed')
      await flows.conclude(digest, 'connected')
      expect(await flows.consume(digest, 'authorization')).toMatchObject({ outcome: 'connected' })
    })

    test('are told of for an hour after their time, then forgotten by whoever begins another', async () => {
      const { store, advance } = harness()
      const [used, unused] = [randomUUID(), randomUUID()]
      for (const digest of [used, unused]) await store.flows.begin(digest, flowOf(), TEN_MINUTES)
      await store.flows.consume(used, 'authorization')
      await advance(TEN_MINUTES + HOUR - 5_000)
      await store.flows.begin(randomUUID(), flowOf(), TEN_MINUTES)
      expect(await store.flows.consume(used, 'authorization')).toMatchObject({ kind: 'used' })
      expect(await store.flows.consume(unused, 'authorization')).toEqual({ kind: 'expired' })
      await advance(5_000)
      await store.flows.begin(randomUUID(), flowOf(), TEN_MINUTES)
      for (const digest of [used, unused]) {
        expect(await store.flows.consume(digest, 'authorization')).toEqual({ kind: 'unknown' })
      }
    })

    test('are forgotten a bounded number at a time', async () => {
      const { store, advance } = harness()
      await Promise.all(
        Array.from({ length: 120 }, () => store.flows.begin(randomUUID(), flowOf(), TEN_MINUTES)),
      )
      await advance(TEN_MINUTES + HOUR)
      expect(await store.flows.expire()).toBe(100)
      expect(await store.flows.expire()).toBeGreaterThanOrEqual(20)
      expect(await store.flows.expire()).toBe(0)
    })

    test('are copies: who changes what was given changes nothing that is stored', async () => {
      const { flows } = harness().store
      const digest = randomUUID()
      const details = { scopes: ['read'] }
      await flows.begin(digest, flowOf({ details }), TEN_MINUTES)
      details.scopes.push('write')
      expect(await flows.consume(digest, 'authorization')).toMatchObject({
        flow: { details: { scopes: ['read'] } },
      })
    })

    test('take any text in their details', async () => {
      const { flows } = harness().store
      const digest = randomUUID()
      await flows.begin(digest, flowOf({ details: { odd: 'a\0b \uD800 <>"\' ü 😀' } }), TEN_MINUTES)
      expect(await flows.consume(digest, 'authorization')).toMatchObject({
        flow: { details: { odd: 'a\uFFFDb \uFFFD <>"\' ü 😀' } },
      })
    })
  })
}

function flowOf(change: Partial<FlowRecord> = {}): FlowRecord {
  return {
    ...freshKey(),
    kind: 'authorization',
    issuer: 'https://id.example',
    appId: 'app-1',
    redirectUri: 'https://app.example/oauth/callback/zoho_crm',
    userDigest: randomUUID(),
    bindingDigest: randomUUID(),
    sealed: `sealed ${randomUUID()}`,
    details: { scopes: ['read', 'write'], returnTo: '/settings', metadata: { location: 'eu' } },
    ...change,
  }
}
