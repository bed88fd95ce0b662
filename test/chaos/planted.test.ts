import { rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { startPostgres } from '../support/postgres-server.ts'
import { runCampaign } from './campaign.ts'
import type { Plan } from './plan.ts'
import { type Plant, planted } from './planted.ts'

const server = await startPostgres()
afterAll(() => server.stop())

async function brokenBy(plant: Plant, plan: Plan): Promise<string> {
  const build = planted(plant)
  try {
    const { verdict } = await runCampaign(plan, server, build, () => {})
    return verdict.broken.join('\n')
  } finally {
    rmSync(build, { recursive: true })
  }
}

test('a package without its lifeboat is found out: kill -9 after the answer costs grants', async () => {
  const plan: Plan = { mode: 'kill', rotation: 'strict', cycles: 8, seed: 1, point: 'C6' }
  expect(await brokenBy('no-lifeboat', plan)).toMatch(/was lost: .* a kill at C6/)
})

test('a package that takes an ambiguous commit for a failed one is found out: a cut wire costs grants', async () => {
  const plan: Plan = { mode: 'proxy', rotation: 'strict', cycles: 30, seed: 1, point: null }
  expect(await brokenBy('commit-once', plan)).toMatch(/grants lost, and none may be/)
})

test('a package that commits without its fence is found out: what was executed is written twice', async () => {
  const plan: Plan = { mode: 'proxy', rotation: 'static', cycles: 20, seed: 1, point: null }
  expect(await brokenBy('no-fence', plan)).toMatch(/written twice: customer-/)
})

test('a package that repeats a refresh at once is found out: the second use ends a grant whose token still works', async () => {
  const plan: Plan = { mode: 'provider', rotation: 'strict', cycles: 40, seed: 1, point: null }
  expect(await brokenBy('strict-replay', plan)).toMatch(/sent a refresh token again \d+ ms before/)
})

test('a package that keeps the old token to itself is found out: a blackout reaches its callers', async () => {
  const plan: Plan = { mode: 'blackout', rotation: 'static', cycles: 1, seed: 1, point: null }
  expect(await brokenBy('no-old-token', plan)).toMatch(/\d+ calls failed in a blackout/)
})

test('a package whose close() does not wait is found out: SIGTERM costs grants', async () => {
  const plan: Plan = { mode: 'term', rotation: 'strict', cycles: 12, seed: 1, point: null }
  expect(await brokenBy('no-draining', plan)).toMatch(/grants lost, and none may be/)
})

test('a package that does not wait for a locked SQLite file is found out: calls fail', async () => {
  const plan: Plan = { mode: 'sqlite', rotation: 'static', cycles: 30, seed: 1, point: null }
  expect(await brokenBy('no-patience', plan)).toMatch(/\d+ calls failed because others held the file/)
})

test('a package that goes by its own wall clock is found out: it refreshes what is fresh', async () => {
  const plan: Plan = { mode: 'clocks', rotation: 'static', cycles: 20, seed: 1, point: null }
  expect(await brokenBy('wall-clock', plan)).toMatch(/which was fresh/)
})

test('a package whose sweep is off is found out: calls wait for the provider', async () => {
  const plan: Plan = { mode: 'sweep', rotation: 'static', cycles: 10, seed: 1, point: null }
  expect(await brokenBy('no-sweep', plan)).toMatch(/calls waited for the provider/)
})
