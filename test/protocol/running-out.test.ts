import { expect, test } from 'vitest'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR, SECOND } from '../support/lifecycle.ts'
import { World } from '../support/world.ts'

/** A connection whose token is good for two seconds more, and cannot be handed out after that. */
async function runningOut() {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  const process = world.process()
  await process.store('old', provider.grant('grant'), HOUR)
  await world.clock.advance(HOUR - 7 * SECOND)
  return { world, process, provider }
}

test('a token that runs out while its refresh is waited for: the caller waits on, as one without', async () => {
  const { world, process, provider } = await runningOut()
  provider.before = () => world.clock.delay(9 * SECOND)
  const startedAt = world.clock.monotonicMs()
  expect((await world.run(process.get())).accessToken).toMatch(/^access-/)
  expect(world.clock.monotonicMs() - startedAt).toBeGreaterThanOrEqual(9 * SECOND)
  expect(provider.asked).toEqual(['grant'])
})

test('… and no longer than 15 s in all', async () => {
  const { world, process, provider } = await runningOut()
  provider.before = () => new Promise(() => {})
  const startedAt = world.clock.monotonicMs()
  await expect(world.run(process.get())).rejects.toThrow('no refresh ended within 15000 ms')
  expect(world.clock.monotonicMs() - startedAt).toBeLessThanOrEqual(15 * SECOND + 100)
})
