import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Lifeboat, LifeboatEntry } from '../../src/ports/lifeboat.ts'

/** What every lifeboat does. `open` gives one that is empty, and another on the same entries. */
export function lifeboatContract(open: () => Promise<readonly [Lifeboat, Lifeboat]>): void {
  describe('a lifeboat', () => {
    test('that nobody has used holds nothing', async () => {
      const [boat] = await open()
      expect(await boat.waiting()).toEqual([])
      expect(await boat.waiting('row')).toEqual([])
    })

    test('gives what came aboard, to every process, until it is removed', async () => {
      const [boat, other] = await open()
      const entry = entryOf('row')
      const launched = await boat.launch(entry)
      expect(launched.kind).toBe('aboard')
      const found = await other.waiting()
      expect(found).toMatchObject([entry])
      expect(found[0]?.ageMs).toBeLessThan(60_000)

      await other.remove(found[0]?.name ?? '')
      expect(await boat.waiting()).toEqual([])
      await boat.remove(launched.kind === 'aboard' ? launched.name : '')
    })

    test('gives the entries of one row alone', async () => {
      const [boat] = await open()
      const mine = [entryOf('row'), entryOf('row')]
      await Promise.all([...mine, entryOf('row-2'), entryOf('ro')].map(entry => boat.launch(entry)))
      const found = await boat.waiting('row')
      expect(found.map(({ attemptId }) => attemptId).sort()).toEqual(
        mine.map(entry => entry.attemptId).sort(),
      )
      expect(await boat.waiting()).toHaveLength(4)
    })

    test('keeps every value as it is', async () => {
      const [boat] = await open()
      const odd = entryOf('../../row "1"\n', {
        clientId: ' \\ "quoted" {}',
        provider: '__proto__',
        refreshToken: `eg1.${'x'.repeat(30_000)}`,
        generation: Number.MAX_SAFE_INTEGER,
      })
      await boat.launch(odd)
      expect(await boat.waiting(odd.id)).toMatchObject([odd])
    })
  })
}

export function entryOf(id: string, change: Partial<LifeboatEntry> = {}): LifeboatEntry {
  return {
    id,
    generation: 3,
    attemptId: randomUUID(),
    clientId: 'smart-tax-nation',
    provider: 'zoho_crm',
    refreshToken: 'eg1.successor',
    spent: 'eg1.spent',
    ...change,
  }
}
