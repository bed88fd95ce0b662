import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const providers = { zoho_crm: { ...CREDENTIALS, accountsServer: world.zoho.url } }

/** One call of a function: it opens a service, answers, and is frozen at any moment after that. */
const invocation = (options = {}) =>
  world.open(world.url('PostgreSQL'), { providers, cache: false, ...options })

/** A token of an hour that has so much left. */
async function stored(leftMs: number): Promise<string> {
  const tokens = await invocation()
  const grant = await world.zoho.issueGrant()
  await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
  await world.database.query(
    `update oauth_tokens set refresh_at = now() - interval '1 second', token_expiry = now() + $1 * interval '1 ms'`,
    [leftMs],
  )
  return grant.accessToken
}
const requests = async () => (await world.zoho.summary()).requests

describe('a function that is frozen after its answer', () => {
  test('starts no request behind the answer where backgroundRefresh is false', async () => {
    const accessToken = await stored(8 * 60_000)
    const tokens = await invocation({ backgroundRefresh: false })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(accessToken)
    await tokens.close()
    expect(await requests()).toBe(0)
  })

  test('refreshes before it answers once the token is within its window', async () => {
    const accessToken = await stored(4 * 60_000)
    const tokens = await invocation({ backgroundRefresh: false })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).not.toBe(accessToken)
    expect(await requests()).toBe(1)
  })

  test('hands a refresh behind its answer to waitUntil, which lasts until the new token is stored', async () => {
    const accessToken = await stored(8 * 60_000)
    const kept: Promise<unknown>[] = []
    const tokens = await invocation({ waitUntil: (work: Promise<unknown>) => void kept.push(work) })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(accessToken)
    expect(kept).toHaveLength(1)
    await Promise.all(kept)
    const next = await invocation({ backgroundRefresh: false })
    expect(await next.getAccessToken(CLIENT, 'zoho_crm')).not.toBe(accessToken)
    expect(await requests()).toBe(1)
  })

  test('a refresh behind the answer that fails does not make waitUntil’s promise reject', async () => {
    await stored(8 * 60_000)
    await world.zoho.fault({ kind: 'server_error' }, { times: 'until_cleared' })
    const kept: Promise<unknown>[] = []
    const tokens = await invocation({ waitUntil: (work: Promise<unknown>) => void kept.push(work) })
    await tokens.getAccessToken(CLIENT, 'zoho_crm')
    expect((await Promise.allSettled(kept)).map(({ status }) => status)).toEqual(['fulfilled'])
  })
})
