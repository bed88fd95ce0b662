import { expect, test } from 'vitest'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR, SECOND } from '../support/lifecycle.ts'
import { World } from '../support/world.ts'

test('a refresh that waits for a request slot holds no lease; it claims when it has one', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider, policy: { requestSlots: 1 } })
  const process = world.process()
  await process.store('old', provider.grant('first'), HOUR)
  await process.store('old', provider.grant('second'), HOUR, 'another-client')
  await world.clock.advance(HOUR)

  let answer = (): void => {}
  provider.before = () => new Promise(resolve => (answer = resolve))
  const first = process.get()
  await world.clock.advance(SECOND)
  const second = process.get({ clientId: 'another-client' })
  await world.clock.advance(SECOND)
  expect(provider.asked).toEqual(['first'])
  expect(await world.row()).toMatchObject({ leaseUntil: expect.any(Number) })
  expect(await world.row('another-client')).toMatchObject({ leaseUntil: null, attemptId: null })

  provider.before = async () => {}
  answer()
  await world.run(Promise.all([first, second]))
  expect(provider.asked).toEqual(['first', 'second'])
})
