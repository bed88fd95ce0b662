import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { OpenOptions } from '../../src/service-options.ts'
import { Collector } from '../support/collector.ts'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { World } from '../support/world.ts'

const CALL = 'evergrant.call.duration'
const HITS = 'evergrant.call.cache_hits'
const LIFETIME = 'evergrant.token.remaining_lifetime'
const REFRESH = 'evergrant.refresh.duration'
const EVENTS = 'evergrant.events'
const PROVIDER = { 'evergrant.provider': 'zoho_crm' }
const ROTATED = { 'evergrant.refresh.outcome': 'refreshed' }

const servedFrom = (source: string): object => ({ ...PROVIDER, 'evergrant.token.source': source })
const triggeredBy = (trigger: string): object => ({ ...PROVIDER, 'evergrant.refresh.trigger': trigger })
const about = (seconds: number): unknown => expect.closeTo(seconds, 5)

/** One process that is measured, whose connection has a token `old` with so much left. */
async function measured(leftMs: number, options: OpenOptions = {}) {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  const { store, line } = unreliableStore(world.store, world.clock)
  const collector = new Collector()
  const process = world.process({ telemetry: collector.telemetry(), ...options }, store)
  await process.store('old', provider.grant('grant'), HOUR)
  await world.clock.advance(HOUR - leftMs)
  const { clock } = world
  return { world, provider, process, collector, line, clock }
}

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

describe('a call', () => {
  test('for a stored token: how long the database took, and what the token has left', async () => {
    const { world, process, collector, line } = await measured(40 * MINUTE)
    line.delayMs = () => 100
    await world.run(process.get())
    expect(await collector.measured(CALL)).toEqual([
      { attributes: servedFrom('stored'), sum: about(0.2), count: 1 },
    ])
    // A row is taken for as old as the question for it: 0.1 s older than it is.
    expect(await collector.measured(LIFETIME)).toEqual([
      { attributes: servedFrom('stored'), sum: about(40 * 60 - 0.3), count: 1 },
    ])
    expect(await collector.measured(REFRESH)).toEqual([])
    expect(collector.spans).toEqual([])
  })

  test('that memory answers is counted, and nothing else', async () => {
    const { process, collector } = await measured(40 * MINUTE)
    await process.get()
    expect(await collector.measured(HITS)).toEqual([{ attributes: PROVIDER, sum: 0 }])
    for (let call = 0; call < 5; call += 1) await process.get()
    expect(await collector.measured(HITS)).toEqual([{ attributes: PROVIDER, sum: 5 }])
    expect(await collector.measured(CALL)).toMatchObject([{ count: 1 }])
    expect(await collector.measured(LIFETIME)).toMatchObject([{ count: 1 }])
  })

  test('that waits for a refresh: how long, and what the new token has left', async () => {
    const { world, process, provider, collector, clock } = await measured(0)
    provider.after = () => clock.delay(400)
    await world.run(process.get())
    expect(await collector.measured(CALL)).toEqual([
      { attributes: servedFrom('refreshed'), sum: about(0.4), count: 1 },
    ])
    expect(await collector.measured(LIFETIME)).toEqual([
      { attributes: servedFrom('refreshed'), sum: about(3_600 - 0.4), count: 1 },
    ])
  })

  test('that waits for the refresh of another process: it waits, the other one refreshes', async () => {
    const { world, process, provider, collector, clock } = await measured(0)
    const elsewhere = new Collector()
    const other = world.process({ telemetry: elsewhere.telemetry() })
    provider.after = () => clock.delay(SECOND)
    const first = process.get()
    await clock.advance(1)
    await world.run(Promise.all([first, other.get()]))
    expect(provider.asked).toHaveLength(1)
    expect(await collector.measured(REFRESH)).toMatchObject([{ count: 1 }])
    expect(await elsewhere.measured(REFRESH)).toEqual([])
    const [waited] = await elsewhere.measured(CALL)
    expect(waited).toMatchObject({ attributes: servedFrom('refreshed'), count: 1 })
    expect(waited?.sum).toBeGreaterThan(0.9)
  })

  test('that is served the stored token while the provider fails', async () => {
    const { world, process, provider, collector } = await measured(3 * MINUTE)
    provider.mishaps.push({ kind: 'instead', answer: answers.throttled })
    await world.run(process.get())
    await process.get()
    expect(await collector.measured(CALL)).toMatchObject([{ attributes: servedFrom('failing'), count: 2 }])
    const [lifetime] = await collector.measured(LIFETIME)
    expect(lifetime).toMatchObject({ attributes: servedFrom('failing'), count: 2 })
    expect(lifetime?.sum).toBeCloseTo(2 * 3 * 60, 0)
  })

  test('that is served from memory while the database is down', async () => {
    const { world, process, collector, line, clock } = await measured(40 * MINUTE)
    await process.get()
    line.down = true
    await clock.advance(20 * MINUTE)
    await world.run(process.get())
    expect(await collector.measured(LIFETIME)).toEqual([
      { attributes: servedFrom('stored'), sum: about(40 * 60), count: 1 },
      { attributes: servedFrom('memory'), sum: about(20 * 60), count: 1 },
    ])
  })

  test('for a token that never ends has no remaining lifetime', async () => {
    const { process, provider, collector } = await measured(0)
    await process.store('for ever', provider.grant('other'), Infinity)
    await process.get()
    expect(await collector.measured(CALL)).toMatchObject([{ count: 1 }])
    expect(await collector.measured(LIFETIME)).toEqual([])
  })

  test.each([
    ['PROVIDER_RATE_LIMITED', 'throttled'],
    ['PROVIDER_MISCONFIGURED', 'misconfigured'],
    ['PROVIDER_RESPONSE', 'html'],
    ['PROVIDER_UNAVAILABLE', 'unsent'],
    ['REAUTHORIZATION_REQUIRED', 'refused'],
  ] as const)('that fails with %s tells so', async (code, answer) => {
    const { world, process, provider, collector } = await measured(0)
    // An ambiguous answer is asked for once more.
    for (let time = 0; time < 2; time += 1)
      provider.mishaps.push({ kind: 'instead', answer: answers[answer] })
    await expect(world.run(process.get())).rejects.toMatchObject({ code })
    expect(await collector.measured(CALL)).toMatchObject([
      { attributes: { ...PROVIDER, 'error.type': code }, count: 1 },
    ])
    expect(await collector.measured(LIFETIME)).toEqual([])
  })

  test('that fails for another reason, or is given up, tells that', async () => {
    const { world, process, collector, line } = await measured(0)
    const caller = new AbortController()
    line.delayMs = () => 100
    const call = process.get({ signal: caller.signal })
    caller.abort(new Error('of the caller'))
    await expect(world.run(call)).rejects.toThrow('of the caller')
    line.down = true
    await expect(world.run(process.get())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    const codes = (await collector.measured(CALL)).map(({ attributes }) => attributes['error.type'])
    expect(codes.toSorted()).toEqual(['ABORTED', 'STORE_UNAVAILABLE'])
  })
})

describe('a refresh', () => {
  test('from its sending to its commit, by what made it begin', async () => {
    const { world, process, provider, collector, clock } = await measured(0, {
      providers: { zoho_crm: { clientId: 'app', clientSecret: 'app-secret' } },
    })
    provider.after = () => clock.delay(250)
    await world.run(process.get())
    await world.run(process.get({ refreshNow: true }))
    await clock.advance(53 * MINUTE)
    await process.get()
    await clock.advance(SECOND)
    await clock.advance(53 * MINUTE)
    await world.run(process.assembly.sweeper.tick())
    const one = (trigger: string): object => ({
      attributes: { ...triggeredBy(trigger), ...ROTATED },
      sum: about(0.25),
      count: 1,
    })
    expect(await collector.measured(REFRESH)).toEqual(['caller', 'explicit', 'background', 'sweep'].map(one))
    expect(await collector.measured(EVENTS)).toContainEqual({
      attributes: { ...PROVIDER, 'evergrant.event': 'refreshed' },
      sum: 4,
    })
  })

  test.each([
    ['PROVIDER_RATE_LIMITED', 'throttled', 1],
    ['PROVIDER_MISCONFIGURED', 'misconfigured', 1],
    ['PROVIDER_RESPONSE', 'failed', 1],
    ['PROVIDER_RESPONSE', 'html', 2],
    ['PROVIDER_UNAVAILABLE', 'timeout', 2],
    ['PROVIDER_UNAVAILABLE', 'unsent', 1],
    ['REAUTHORIZATION_REQUIRED', 'refused', 1],
  ] as const)('that fails with %s (%s) is %d times told', async (code, answer, times) => {
    const { world, process, provider, collector } = await measured(0)
    for (let time = 0; time < 2; time += 1)
      provider.mishaps.push({ kind: 'instead', answer: answers[answer] })
    await expect(world.run(process.get())).rejects.toMatchObject({ code })
    const attributes = {
      ...triggeredBy('caller'),
      'evergrant.refresh.outcome': 'failed',
      'error.type': code,
    }
    expect(await collector.measured(REFRESH)).toMatchObject([{ attributes, count: times }])
    expect(collector.spans.map(({ status, attributes: own }) => [status.code, own])).toEqual(
      Array.from({ length: times }, () => [SpanStatusCode.ERROR, attributes]),
    )
  })

  const outcomeOf = async (collector: Collector): Promise<unknown> =>
    (await collector.measured(REFRESH)).map(({ attributes }) => attributes['evergrant.refresh.outcome'])

  test('whose tokens others were faster than', async () => {
    const { world, process, provider, collector, clock } = await measured(0)
    provider.after = () => clock.delay(SECOND)
    const call = process.get()
    await clock.advance(10)
    await process.store('by hand', provider.grant('other'), HOUR)
    await world.run(call)
    expect(await outcomeOf(collector)).toEqual(['superseded'])
  })

  test('whose tokens the database never took, although the service has closed by then', async () => {
    const { world, process, provider, collector, line, clock } = await measured(0)
    provider.after = async () => {
      line.down = true
    }
    await world.run(process.get())
    expect(await outcomeOf(collector)).toEqual([])
    await world.run(process.assembly.close())
    await clock.advance(SECOND)
    expect(await outcomeOf(collector)).toEqual(['unwritten'])
  })

  test('that was not sent at all', async () => {
    const { world, process, provider, collector } = await measured(0)
    vi.spyOn(provider, 'refresh').mockResolvedValueOnce({ kind: 'late' })
    await world.run(process.get())
    expect(await outcomeOf(collector)).toEqual(['unsent', 'refreshed'])
  })
})

describe('a span of a refresh', () => {
  test('belongs to the call that made it begin, and what the refresh does belongs to it', async () => {
    const { world, process, provider, collector } = await measured(0)
    let inside = ''
    provider.before = async () => {
      inside = trace.getActiveSpan()?.spanContext().spanId ?? ''
    }
    const caller = collector.tracerProvider.getTracer('test').startSpan('request')
    await context.with(trace.setSpan(ROOT_CONTEXT, caller), () => world.run(process.get()))
    caller.end()
    const [refresh, request] = collector.spans
    expect(refresh).toMatchObject({ name: 'evergrant.refresh', status: { code: SpanStatusCode.UNSET } })
    expect(refresh?.attributes).toEqual({ ...triggeredBy('caller'), ...ROTATED })
    expect(refresh?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
    expect(inside).toBe(refresh?.spanContext().spanId)
  })
})

describe('events', () => {
  test('to alert on are counted from 0, from the first call of their provider on', async () => {
    const { world, process, provider, collector, clock } = await measured(0)
    const counted = (await collector.measured(EVENTS)).filter(({ sum }) => sum !== 0)
    expect(counted.map(({ attributes }) => attributes['evergrant.event'])).toEqual(['connected'])
    const count = async (type: string): Promise<unknown> =>
      (await collector.measured(EVENTS)).find(({ attributes }) => attributes['evergrant.event'] === type)?.sum
    for (let time = 0; time < 2; time += 1) {
      provider.mishaps.push({ kind: 'instead', answer: answers.refused })
      await expect(world.run(process.get())).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' })
      expect(await count('reauthorization_required')).toBe(time)
      await clock.advance(MINUTE)
    }
    expect(await count('suspect')).toBe(1)
    expect(await count('refresh_failed')).toBe(2)
    expect(await count('breaker_opened')).toBe(0)
    expect(await count('lifeboat_failed')).toBe(0)
  })
})
