import { describe, expect, test } from 'vitest'
import { environmentKeys } from '../../src/sealing/environment-keys.ts'
import { KeyRing } from '../../src/sealing/key-ring.ts'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { answers } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { Crash, type Point, providerOf, type Rotation } from './crash.ts'

const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }
const DAY = 24 * HOUR

// Nothing is taken aboard where refresh tokens do not rotate: C4 is as C5 there.
describe('a process that is killed', () => {
  test.each<[Point, Rotation, object]>([
    ['commit', 'static', { asked: 2, status: 'active' }],
    ['after commit', 'static', { asked: 1, status: 'active' }],
    ['launch', 'strict', { asked: 2, status: 'reauthorization_required' }],
    ['commit', 'strict', { asked: 2, status: 'active' }],
    ['after commit', 'strict', { asked: 1, status: 'active' }],
    ['remove', 'strict', { asked: 1, status: 'active' }],
  ])(
    'F2: at %s (C4 to C8), %s rotation: the next start goes on as it must',
    async (point, rotation, expected) => {
      const crash = await Crash.at(point, rotation)
      await crash.leaseEnds()
      const process = await crash.start()
      const token = await crash.world.run(process.get()).catch((error: unknown) => error)
      const row = await crash.world.row()
      expect({ asked: crash.provider.asked.length, status: row?.status }).toEqual(expected)
      expect(new Set(crash.provider.asked).size).toBe(
        rotation === 'static' || row?.status !== 'active' ? 1 : crash.provider.asked.length,
      )
      if (row?.status !== 'active') {
        expect(token).toMatchObject({ code: 'REAUTHORIZATION_REQUIRED', reason: 'lost_rotation' })
        return
      }
      expect(token).toMatchObject({ accessToken: row.accessToken })
      expect(crash.provider.isGood(row.refreshToken ?? '')).toBe(true)
      expect(await crash.boat.waiting()).toEqual([])
    },
  )

  test('with its commit unsent: the old access token is not served any more, and the event says why', async () => {
    const crash = await Crash.at('commit')
    await crash.leaseEnds()
    const process = await crash.start()
    expect(process.types()).toEqual(['lifeboat_replayed'])
    expect(await crash.world.row()).toMatchObject({
      refreshToken: 'grant-2',
      accessToken: 'old',
      generation: 2,
      attemptId: null,
    })
    expect((await crash.world.run(process.get())).accessToken).toBe('access-3')
    expect(crash.provider.asked).toEqual(['grant', 'grant-2'])
  })

  test('is taken over by one that runs beside it, before that claims', async () => {
    const crash = await Crash.at('commit')
    const sibling = crash.process()
    expect((await crash.world.run(sibling.get(), 2 * MINUTE)).accessToken).toBe('access-3')
    expect(sibling.types()).toContain('lifeboat_replayed')
    expect(crash.provider.asked).toEqual(['grant', 'grant-2'])
  })

  test('is taken over, not passed by, where a slow database makes its lease seem over too early', async () => {
    for (let offsetMs = 0; offsetMs < 1_500; offsetMs += 50) {
      const crash = await Crash.at('commit')
      await crash.world.clock.advance(5 * SECOND + offsetMs)
      const { store, line } = unreliableStore(crash.world.store, crash.world.clock)
      let reads = 0
      line.delayMs = method => {
        if (method === 'claim') return 300
        reads += method === 'read' ? 1 : 0
        // Of each third read the way there: what it says of the database's clock is that much too late.
        return method === 'read' && reads % 6 === 1 ? 700 : 0
      }
      const sibling = crash.process(store)
      const token = await crash.world.run(sibling.get(), 2 * MINUTE).catch((error: unknown) => error)
      expect
        .soft({ offsetMs, asked: crash.provider.asked })
        .toEqual({ offsetMs, asked: ['grant', 'grant-2'] })
      expect.soft(token).toMatchObject({ accessToken: 'access-3' })
    }
  })

  test('while its token lived: nobody is served that one any more once its successor is back', async () => {
    const provider = providerOf('window')
    const crash = await Crash.before('window', provider, 52 * MINUTE)
    await crash.die('commit')
    const sibling = crash.process()
    expect((await sibling.get()).accessToken).toBe('old')
    await crash.leaseEnds()
    expect((await sibling.get()).accessToken).toBe('old')
    await crash.world.clock.advance(SECOND)
    expect(sibling.types()).toEqual(['lifeboat_replayed'])
    expect((await crash.world.run(sibling.get())).accessToken).toBe('access-3')
    expect(provider.asked).toEqual(['grant', 'grant-2'])
  })

  test('while its token lived, and others had that in memory: they do not serve it any more', async () => {
    const provider = providerOf('window')
    const crash = await Crash.before('window', provider, MINUTE)
    await crash.die('commit', true)
    await crash.leaseEnds()
    const sibling = crash.process()
    expect((await sibling.get()).accessToken).toBe('old')
    provider.mishaps.push({ kind: 'instead', answer: answers.unsent })
    await expect(crash.world.run(sibling.get({ refreshNow: true }))).rejects.toThrow('ECONNREFUSED')
    await expect(crash.world.run(sibling.get())).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  })

  test('leaves its entry alone while its lease lives: it may be alive', async () => {
    const crash = await Crash.at('commit')
    const process = await crash.start()
    expect(process.types()).toEqual([])
    expect(await crash.boat.waiting()).toHaveLength(1)
    await crash.leaseEnds()
    expect((await crash.world.run(process.get())).accessToken).toBe('access-3')
    expect(await crash.boat.waiting()).toEqual([])
  })

  test('and whose grant another machine has given up: its start brings it back', async () => {
    const crash = await Crash.at('commit')
    await crash.leaseEnds()
    const elsewhere = crash.process(crash.world.store, null)
    crash.provider.mishaps.push({
      kind: 'instead',
      answer: { kind: 'refused', detail: 'invalid_grant', retryAfterMs: null, refreshToken: null },
    })
    await expect(crash.world.run(elsewhere.get())).rejects.toMatchObject({ reason: 'lost_rotation' })
    const process = await crash.start()
    expect(process.types()).toEqual(['lifeboat_replayed', 'recovered'])
    expect((await crash.world.run(process.get())).accessToken).toBe('access-3')
  })
})

describe('what happened meanwhile', () => {
  test('a new grant wins: the entry is thrown away', async () => {
    const crash = await Crash.at('commit')
    await crash.world.process().store('reconnected', crash.provider.grant('second'), HOUR)
    await crash.leaseEnds()
    const process = await crash.start()
    expect(await crash.world.row()).toMatchObject({ accessToken: 'reconnected', refreshToken: 'second' })
    expect(process.types()).toEqual([])
    expect(await crash.boat.waiting()).toEqual([])
  })

  test('storeTokens kept the spent refresh token: the successor alone is written', async () => {
    const crash = await Crash.at('commit')
    await crash.world.process().store('by hand', null, HOUR)
    await crash.leaseEnds()
    const process = await crash.start()
    expect((await crash.world.run(process.get())).accessToken).toBe('by hand')
    expect(await crash.world.row()).toMatchObject({ accessToken: 'by hand', refreshToken: 'grant-2' })
    expect(await crash.boat.waiting()).toEqual([])
  })

  test('deletion: nothing is resurrected, and the entry waits 30 days for another database', async () => {
    const crash = await Crash.at('commit')
    await crash.world.process().delete()
    await crash.leaseEnds()
    await crash.start()
    expect(await crash.world.row()).toBeNull()
    expect(await crash.boat.waiting()).toHaveLength(1)
    await crash.world.clock.advance(30 * DAY)
    const process = await crash.start()
    expect(process.types()).toEqual(['lifeboat_discarded'])
    expect(await crash.boat.waiting()).toEqual([])
  })

  test('deletion and a new grant: the entry of the row before does nothing to it', async () => {
    const crash = await Crash.at('commit')
    await crash.world.process().delete()
    await crash.world.process().store('again', crash.provider.grant('second'), HOUR)
    await crash.leaseEnds()
    await crash.start()
    expect(await crash.world.row()).toMatchObject({ accessToken: 'again', refreshToken: 'second' })
  })

  test('a backup was restored that is older than the entry: it does nothing', async () => {
    const crash = await Crash.at('commit')
    const [entry] = await crash.boat.waiting()
    await crash.boat.launch({ ...entry, generation: 9, attemptId: 'later' } as never)
    await crash.boat.remove(entry?.name ?? '')
    await crash.leaseEnds()
    const process = await crash.start()
    expect(process.types()).toEqual([])
    expect(await crash.world.row()).toMatchObject({ refreshToken: 'grant' })
    expect(await crash.boat.waiting()).toHaveLength(1)
  })
})

describe('a lifeboat that fails', () => {
  test.each(['ENOSPC', 'EROFS', 'EACCES'])('F8: by %s is told, and holds nothing up', async code => {
    const crash = await Crash.before('strict')
    crash.boat.fault = code
    const process = crash.process()
    expect((await crash.world.run(process.get())).accessToken).toBe('access-2')
    expect(process.events).toContainEqual({ type: 'lifeboat_failed', ...KEY, code })
    expect(await process.assembly.health()).toMatchObject({
      status: 'degraded',
      lifeboat: 'failed',
      lifeboatFault: code,
    })
    crash.boat.fault = null
    await crash.world.run(process.get({ refreshNow: true }))
    expect(await process.assembly.health()).toEqual({
      status: 'ok',
      database: 'ok',
      uncommitted: 0,
      openBreakers: 0,
      lifeboat: 'ok',
      lifeboatFault: null,
    })
  })

  test('because its disk hangs costs a second, and what arrives later is removed', async () => {
    const crash = await Crash.before('strict')
    let goesOn: () => void = () => {}
    crash.boat.before = () =>
      new Promise(resolve => {
        goesOn = resolve
      })
    const process = crash.process()
    expect((await crash.world.run(process.get(), 2 * SECOND)).accessToken).toBe('access-2')
    expect(process.events).toContainEqual({ type: 'lifeboat_failed', ...KEY, code: 'ETIMEDOUT' })
    goesOn()
    await crash.world.clock.advance(SECOND)
    expect(await crash.boat.waiting()).toEqual([])
    expect(crash.boat.launched).toBe(1)
  })

  test.each([null, 'grant'])('is not used where no other refresh token comes (%s)', async refreshToken => {
    const crash = await Crash.before('static')
    crash.provider.sends = () => refreshToken
    await crash.world.run(crash.process().get())
    expect(crash.boat.launched).toBe(0)
  })
})

describe('a database that is down', () => {
  test('when the answer comes: the caller has its token, and after an orderly stop nothing is lost', async () => {
    const crash = await Crash.before('strict')
    const { store, line } = unreliableStore(crash.world.store, crash.world.clock)
    const process = crash.process(store)
    crash.provider.after = async () => {
      line.down = true
    }
    expect((await crash.world.run(process.get())).accessToken).toBe('access-2')
    expect(await process.assembly.health()).toMatchObject({ database: 'unavailable', uncommitted: 1 })
    await crash.world.run(process.assembly.close())
    expect(await crash.boat.waiting()).toHaveLength(1)

    crash.provider.after = async () => {}
    await crash.leaseEnds()
    const next = await crash.start()
    expect((await crash.world.run(next.get())).accessToken).toBe('access-3')
    expect(crash.provider.asked).toEqual(['grant', 'grant-2'])
  })

  test('at the start of the next process: the entry waits for the first claim', async () => {
    const crash = await Crash.at('commit')
    await crash.leaseEnds()
    const { store, line } = unreliableStore(crash.world.store, crash.world.clock)
    line.down = true
    const process = crash.process(store)
    await crash.world.run(process.assembly.replayLifeboat())
    line.down = false
    expect((await crash.world.run(process.get())).accessToken).toBe('access-3')
    expect(crash.provider.asked).toEqual(['grant', 'grant-2'])
  })

  test('for as long as somebody else may hold newer tokens in memory: the entry waits', async () => {
    const crash = await Crash.at('commit')
    await crash.leaseEnds()
    const { store, line } = unreliableStore(crash.world.store, crash.world.clock)
    const process = crash.process(store)
    line.down = true
    await crash.world.run(process.get()).catch(() => {})
    line.down = false
    const call = process.get()
    await crash.world.clock.advance(4 * SECOND)
    expect(process.types()).not.toContain('lifeboat_replayed')
    expect((await crash.world.run(call)).accessToken).toBe('access-3')
  })
})

describe('an entry that must not be taken', () => {
  test('sealed by a key that is lacking waits for it', async () => {
    const crash = await Crash.at('commit')
    await crash.leaseEnds()
    const lacking = await KeyRing.load(environmentKeys(generateKey('another'), 'another'))
    const process = crash.process()
    const [entry] = await crash.boat.waiting()
    const sealedElsewhere = lacking.seal(
      crash.world.cipher.open(entry?.refreshToken ?? '', { purpose: 'refresh_token', ...KEY }),
      { purpose: 'refresh_token', ...KEY },
    )
    await crash.boat.launch({ ...entry, refreshToken: sealedElsewhere } as never)
    await crash.world.run(process.assembly.replayLifeboat())
    expect(process.types()).toEqual(['decryption_failed'])
    expect(await crash.boat.waiting()).toHaveLength(1)
    expect(await crash.world.row()).toMatchObject({ refreshToken: 'grant' })
  })

  test.each([
    ['plaintext', { refreshToken: 'planted' }],
    ['of another connection', { clientId: 'somebody-else' }],
  ])('%s is none of ours', async (_, change) => {
    const crash = await Crash.at('commit')
    await crash.leaseEnds()
    const [entry] = await crash.boat.waiting()
    await crash.boat.launch({ ...entry, ...change } as never)
    await crash.start()
    expect(await crash.world.row()).toMatchObject({ refreshToken: 'grant', accessToken: 'old' })
  })
})
