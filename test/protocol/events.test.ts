import { describe, expect, test } from 'vitest'
import type { RecordedEvent } from '../../src/ports/event-log.ts'
import type { RefreshAnswer } from '../../src/ports/provider.ts'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR } from '../support/lifecycle.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { type FakeProcess, World } from '../support/world.ts'

const REFUSED: Exclude<RefreshAnswer, { kind: 'issued' }> = {
  kind: 'refused',
  detail: 'invalid_grant',
  retryAfterMs: null,
  refreshToken: null,
}
const CALLERS = 50

async function worldWithExpired(): Promise<{ world: World; provider: FakeProvider }> {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  await world.process().store('old', provider.grant('grant'), HOUR)
  await world.clock.advance(HOUR)
  return { world, provider }
}

async function recorded(world: World): Promise<readonly RecordedEvent[]> {
  return (await world.store.eventLog.page({ limit: 100, before: null })).toReversed()
}

const typesOf = (events: readonly { readonly type: string }[]): readonly string[] =>
  events
    .map(({ type }) => type)
    .filter(type => ['suspect', 'reauthorization_required', 'recovered', 'lease_lost'].includes(type))

async function ask(world: World, processes: readonly FakeProcess[]): Promise<void> {
  const calls = processes.flatMap(process => Array.from({ length: CALLERS }, () => process.get()))
  await world.run(Promise.allSettled(calls))
}

describe('a grant that dies and is connected again', () => {
  test('is told once each in the table, and once each over the hooks of all processes', async () => {
    const { world, provider } = await worldWithExpired()
    const processes = Array.from({ length: 5 }, () => world.process())
    const toldOf = (): readonly string[] => typesOf(processes.flatMap(({ events }) => events))
    provider.kill('grant')
    await ask(world, processes)
    expect(toldOf()).toEqual(['suspect'])
    await world.clock.advance(world.policy.confirmRefusalMs)
    await ask(world, processes)
    await ask(world, processes)
    expect(toldOf()).toEqual(['suspect', 'reauthorization_required'])

    await processes[0]?.store('new', provider.grant('another'), HOUR)
    await ask(world, processes)
    expect(toldOf().toSorted()).toEqual(['reauthorization_required', 'recovered', 'suspect'])
    expect((await recorded(world)).map(({ type, reason }) => [type, reason])).toEqual([
      ['connected', null],
      ['suspect', 'refused'],
      ['reauthorization_required', 'refused'],
      ['reconnected', null],
      ['recovered', null],
    ])
  })

  test.each([1, 2, 3])(
    'is told once where the answers of %i writes are lost, in the table; and by no hook twice',
    async losses => {
      const { world, provider } = await worldWithExpired()
      const { store, line } = unreliableStore(world.store, world.clock)
      const process = world.process({}, store)
      provider.mishaps.push({ kind: 'instead', answer: REFUSED })
      let lost = 0
      line.losesAnswer = method => method === 'settle' && ++lost <= losses
      await world.run(Promise.allSettled([process.get()]))
      await world.clock.advance(world.policy.confirmRefusalMs)
      let committed = 0
      line.losesAnswer = method => method === 'commit' && ++committed <= losses
      await world.run(process.get())
      await world.clock.advance(10_000)
      expect(typesOf(await recorded(world))).toEqual(['suspect', 'recovered'])
      // Nobody took anything from it: it had ended the lease itself.
      expect(typesOf(process.events)).toEqual(['recovered'])
      expect(committed).toBeGreaterThan(losses)
    },
  )

  test('is told once where the process ends before it can write the refusal', async () => {
    const { world, provider } = await worldWithExpired()
    const { store, line } = unreliableStore(world.store, world.clock)
    const doomed = world.process({}, store)
    provider.kill('grant')
    provider.after = async () => {
      line.down = true
    }
    await world.run(Promise.allSettled([doomed.get()]))
    expect(await recorded(world)).toHaveLength(1)
    // Its lease ends.
    await world.clock.advance(world.policy.leaseMs)
    provider.after = async () => {}
    const other = world.process()
    await world.run(Promise.allSettled([other.get()]))
    await world.clock.advance(world.policy.confirmRefusalMs)
    await world.run(Promise.allSettled([other.get()]))
    const both = ['suspect', 'reauthorization_required']
    expect(typesOf(await recorded(world))).toEqual(both)
    expect(typesOf([...doomed.events, ...other.events])).toEqual(both)
  })
})

test('a failure that finds its lease taken tells so, and writes and tells nothing else', async () => {
  const { world, provider } = await worldWithExpired()
  const process = world.process()
  provider.mishaps.push({ kind: 'instead', answer: REFUSED })
  provider.before = async () => {
    await world.process().store('new', provider.grant('another'), HOUR)
  }
  await world.run(process.get())
  expect(typesOf(process.events)).toEqual(['lease_lost'])
  expect(process.events).toContainEqual(expect.objectContaining({ type: 'lease_lost', sent: true }))
  expect(typesOf(await recorded(world))).toEqual([])
})

test('an ordinary refresh and a failure that passes write no event', async () => {
  const { world, provider } = await worldWithExpired()
  const process = world.process()
  await world.run(process.get())
  provider.mishaps.push({ kind: 'instead', answer: { kind: 'unsent', detail: 'ECONNREFUSED' } })
  await world.run(Promise.allSettled([process.get({ refreshNow: true })]))
  expect(process.types()).toContain('refresh_failed')
  expect((await recorded(world)).map(({ type }) => type)).toEqual(['connected'])
})
