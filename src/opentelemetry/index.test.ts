import { type MeterProvider, metrics, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { afterEach, describe, expect, test } from 'vitest'
import { Collector } from '../../test/support/collector.ts'
import { answers } from '../../test/support/fake-provider.ts'
import { HOUR } from '../../test/support/lifecycle.ts'
import { World } from '../../test/support/world.ts'
import { InvalidInputError } from '../errors.ts'
import type { MeasuredService, Telemetry, TelemetryRecorder } from '../ports/telemetry.ts'
import { genericProvider } from '../providers/generic-provider.ts'
import { OAuthTokenService } from '../service.ts'
import { openTelemetry } from './index.ts'

const CALL = 'evergrant.call.duration'
const HITS = 'evergrant.call.cache_hits'

/** A service that has told of nothing but calls that memory has answered. */
class Service implements MeasuredService {
  readonly hits = new Map<string, number>()
  readonly providers: readonly string[]

  constructor(...providers: readonly string[]) {
    this.providers = providers
    for (const provider of providers) this.hits.set(provider, 1)
  }

  cachedCalls(): Iterable<readonly [string, number]> {
    return this.hits
  }
}

function call(recorder: TelemetryRecorder, provider: string): void {
  recorder.call?.({ kind: 'served', provider, waitMs: 1, source: 'stored', remainingMs: 1 })
}

const labelsOf = async (collector: Collector, name: string): Promise<readonly unknown[]> =>
  (await collector.measured(name)).map(({ attributes }) => attributes['evergrant.provider']).toSorted()

describe('calls that memory answered', () => {
  test('are one sum over all services of a process, and stay counted when one has closed', async () => {
    const collector = new Collector()
    const [one, two] = [new Service('zoho_crm'), new Service('zoho_crm')]
    const first = collector.telemetry().attach(one)
    collector.telemetry().attach(two)
    one.hits.set('zoho_crm', 10)
    expect(await collector.measured(HITS)).toMatchObject([{ sum: 11 }])
    first.close?.()
    two.hits.set('zoho_crm', 5)
    expect(await collector.measured(HITS)).toMatchObject([{ sum: 15 }])
    // What ends only now does not bring the service back.
    call(first, 'zoho_crm')
    first.close?.()
    expect(await collector.measured(HITS)).toMatchObject([{ sum: 15 }])
  })
})

describe('names of providers', () => {
  const names = (count: number, prefix = 'tenant'): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

  test('make no more than 101 labels, however many there are and in however many services', async () => {
    const collector = new Collector()
    for (const prefix of ['a', 'b', 'c']) {
      const service = new Service('zoho_crm', ...names(400, prefix))
      const recorder = collector.telemetry().attach(service)
      for (const name of service.providers) {
        call(recorder, name)
        recorder.refresh?.({ provider: name, trigger: 'caller' }, () => {})?.({
          kind: 'refreshed',
          durationMs: 1,
        })
        recorder.event?.({ type: 'seeded', clientId: 'client', provider: name, variable: 'X' })
      }
    }
    const shown = ['_OTHER', 'zoho_crm', ...names(99, 'a')].toSorted()
    for (const name of [CALL, HITS, 'evergrant.token.remaining_lifetime', 'evergrant.refresh.duration'])
      expect(await labelsOf(collector, name)).toEqual(shown)
    expect([...new Set(await labelsOf(collector, 'evergrant.events'))]).toEqual(shown)
    const spans = collector.spans.map(({ attributes }) => attributes['evergrant.provider'])
    expect([...new Set(spans)].toSorted()).toEqual(shown)
    const others = (await collector.measured(HITS)).find(
      ({ attributes }) => attributes['evergrant.provider'] === '_OTHER',
    )
    expect(others?.sum).toBe(3 * 400 - 99)
  })

  test('of open come before those that are built in', async () => {
    const seen: (readonly string[])[] = []
    const attach = ({ providers }: MeasuredService): TelemetryRecorder => {
      seen.push(providers)
      return {}
    }
    const profile = genericProvider({ name: 'mine', tokenEndpoint: 'https://mine.example/token' })
    const options = { database: 'memory:', providers: { mine: { profile }, zoho_calendar: {} } }
    const tokens = await OAuthTokenService.open({ ...options, telemetry: { attach } })
    await tokens.close()
    const [providers = []] = seen
    expect(providers.slice(0, 2)).toEqual(['mine', 'zoho_calendar'])
    expect(providers).toContain('zoho_crm')
    expect(new Set(providers).size).toBe(providers.length)
  })

  test('are those of the option, where it is given', async () => {
    const collector = new Collector()
    const service = new Service('zoho_crm', ...names(200))
    const recorder = collector.telemetry(['zoho_crm', 'tenant-150']).attach(service)
    for (const name of service.providers) call(recorder, name)
    expect(await labelsOf(collector, CALL)).toEqual(['_OTHER', 'tenant-150', 'zoho_crm'])
  })

  test('that no service knows are not shown', async () => {
    const collector = new Collector()
    call(collector.telemetry().attach(new Service('zoho_crm')), 'something else')
    expect(await labelsOf(collector, CALL)).toEqual(['_OTHER'])
  })
})

describe('the global meter provider', () => {
  afterEach(() => metrics.disable())

  test('may be registered after the service has opened', async () => {
    const service = new Service('zoho_crm')
    const recorder = openTelemetry().attach(service)
    call(recorder, 'zoho_crm')
    const collector = new Collector()
    metrics.setGlobalMeterProvider(collector.meterProvider)
    call(recorder, 'zoho_crm')
    expect(await collector.measured(CALL)).toMatchObject([{ count: 1 }])
    expect(await collector.measured(HITS)).toMatchObject([{ sum: 1 }])
  })

  test('may be another one by the time that the last refresh of a closed service ends', async () => {
    const recorder = openTelemetry().attach(new Service('zoho_crm'))
    recorder.close?.()
    const collector = new Collector()
    metrics.setGlobalMeterProvider(collector.meterProvider)
    call(recorder, 'zoho_crm')
    expect(await collector.measured(CALL)).toMatchObject([{ count: 1 }])
    expect(await collector.measured(HITS)).toEqual([])
  })
})

describe('what is broken', () => {
  const broken = (): never => {
    throw new Error('broken')
  }
  const brokenMeters: MeterProvider = { getMeter: broken }
  const tracers = (startSpan: Tracer['startSpan']): TracerProvider => ({
    getTracer: () => ({ startSpan, startActiveSpan: broken }),
  })
  const { meterProvider } = new Collector()
  const recorder = (made: TelemetryRecorder): Telemetry => ({ attach: () => made })
  const late: (() => void)[] = []
  const ended = async (): Promise<never> => broken()

  test.each<[string, unknown]>([
    ['meters that throw', openTelemetry({ meterProvider: brokenMeters })],
    ['tracers that throw', openTelemetry({ meterProvider, tracerProvider: tracers(broken) })],
    ['spans that throw', openTelemetry({ meterProvider, tracerProvider: tracers(() => ({}) as never) })],
    ['attach that throws', { attach: broken }],
    ['attach that gives nothing', { attach: () => undefined }],
    ['a recorder that throws', recorder({ call: broken, refresh: broken, event: broken, close: broken })],
    ['one that rejects', { attach: () => ({ call: ended, refresh: ended, event: ended, close: ended }) }],
    ['one that never runs the refresh', recorder({ refresh: () => () => {} })],
    ['one that runs it twice', recorder({ refresh: (_, work) => void [work(), work()] })],
    ['one that runs it later', recorder({ refresh: (_, work) => void late.push(work) })],
    ['one that runs it and throws', recorder({ refresh: (_, work) => [work()].map(broken)[0] })],
    ['one that throws at the end', recorder({ refresh: () => broken })],
    ['one whose end is no function', { attach: () => ({ refresh: () => 7 }) }],
  ])('changes nothing for callers and refreshes: %s', async (_, telemetry) => {
    const world = await World.make()
    const { provider } = world
    const process = world.process({ telemetry: telemetry as Telemetry })
    await process.store('old', provider.grant('grant'), 0)
    provider.mishaps.push({ kind: 'instead', answer: answers.throttled })
    await expect(world.run(process.get())).rejects.toMatchObject({ code: 'PROVIDER_RATE_LIMITED' })
    await world.clock.advance(HOUR)
    expect((await world.run(process.get())).accessToken).toMatch(/^access-/)
    for (const work of late.splice(0)) work()
    await world.clock.advance(1)
    await world.run(process.assembly.close())
    expect(provider.asked).toHaveLength(2)
    expect(process.types()).toEqual(['connected', 'refresh_failed', 'refreshed'])
  })
})

test('options that do not exist, or mean nothing, are refused', () => {
  const given = (options: object): (() => unknown) => {
    return () => openTelemetry(options)
  }
  expect(given({ provider: ['a'] })).toThrow(InvalidInputError)
  expect(given({ provider: ['a'] })).toThrow(/Did you mean "providers"/)
  expect(given({ providers: 'zoho_crm' })).toThrow(InvalidInputError)
  expect(given({ providers: [1] })).toThrow(InvalidInputError)
  expect(given({ meterProvider: {} })).toThrow(/meterProvider .* getMeter/)
  expect(given({ tracerProvider: null })).toThrow(/tracerProvider .* getTracer/)
  expect(given(null as never)).toThrow(InvalidInputError)
})
