import { describe, expect, test } from 'vitest'
import { RequestSlots } from './slots.ts'

describe('request slots', () => {
  test('never more than the limit at one endpoint, and everybody gets a turn in order', async () => {
    const slots = new RequestSlots(3)
    let taken = 0
    let most = 0
    const order: number[] = []
    const work = async (index: number): Promise<void> => {
      const giveBack = await slots.take('https://a/token')
      order.push(index)
      taken += 1
      most = Math.max(most, taken)
      await new Promise(resolve => setImmediate(resolve))
      taken -= 1
      giveBack()
    }
    await Promise.all(Array.from({ length: 20 }, (_, index) => work(index)))
    expect(most).toBe(3)
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  test('another endpoint has slots of its own', async () => {
    const slots = new RequestSlots(1)
    await slots.take('https://a/token')
    expect(await slots.take('https://b/token')).toBeTypeOf('function')
  })

  test('a slot that is given back twice counts once', async () => {
    const slots = new RequestSlots(1)
    const giveBack = await slots.take('https://a/token')
    giveBack()
    giveBack()
    await slots.take('https://a/token')
    let second = false
    void slots.take('https://a/token').then(() => {
      second = true
    })
    await new Promise(resolve => setImmediate(resolve))
    expect(second).toBe(false)
  })
})
