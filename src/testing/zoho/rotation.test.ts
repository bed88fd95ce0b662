import { describe, expect, test } from 'vitest'
import { refreshAt } from '../../../test/support/token-request.ts'
import { FakeClock } from '../fake-clock.ts'
import { startLocalZoho } from './local-zoho.ts'

const refused = { error: 'invalid_code' }

test('static: the refresh token stays, and no other is ever given', async () => {
  await using zoho = await startLocalZoho()
  const { refreshToken } = await zoho.issueGrant()
  for (let count = 0; count < 3; count += 1) {
    expect(await refreshAt(zoho, refreshToken)).not.toHaveProperty('refresh_token')
  }
  expect(await zoho.stateOf(refreshToken)).toBe('current')
})

describe('window', () => {
  test('a replaced refresh token gives the same successor until the window closes', async () => {
    const clock = new FakeClock()
    await using zoho = await startLocalZoho({ clock, rotation: 'window', retryWindowMs: 30_000 })
    const { refreshToken } = await zoho.issueGrant()
    const first = await refreshAt(zoho, refreshToken)
    expect(first.refresh_token).not.toBe(refreshToken)
    expect(await zoho.stateOf(refreshToken)).toBe('replaced')

    await clock.advance(30_000)
    const again = await refreshAt(zoho, refreshToken)
    expect(again.refresh_token).toBe(first.refresh_token)
    expect(again.access_token).not.toBe(first.access_token)

    await clock.advance(1)
    expect(await refreshAt(zoho, refreshToken)).toEqual(refused)
    expect(await zoho.stateOf(String(first.refresh_token))).toBe('current')
  })

  test('a replaced refresh token is dead once its successor was used', async () => {
    await using zoho = await startLocalZoho({ rotation: 'window' })
    const { refreshToken } = await zoho.issueGrant()
    const first = await refreshAt(zoho, refreshToken)
    await refreshAt(zoho, String(first.refresh_token))
    expect(await refreshAt(zoho, refreshToken)).toEqual(refused)
    expect((await zoho.ledger()).at(-1)).toMatchObject({ reason: 'replaced' })
  })
})

describe('strict', () => {
  test('each refresh token works once', async () => {
    await using zoho = await startLocalZoho({ rotation: 'strict' })
    let { refreshToken } = await zoho.issueGrant()
    const seen = new Set([refreshToken])
    for (let count = 0; count < 3; count += 1) {
      refreshToken = String((await refreshAt(zoho, refreshToken)).refresh_token)
      seen.add(refreshToken)
    }
    expect(seen.size).toBe(4)
  })

  test('reuse ends the whole grant, its living access token and its current refresh token', async () => {
    await using zoho = await startLocalZoho({ rotation: 'strict' })
    const { refreshToken } = await zoho.issueGrant()
    const issued = await refreshAt(zoho, refreshToken)
    expect(await refreshAt(zoho, refreshToken)).toEqual(refused)
    expect((await zoho.ledger()).at(-1)).toMatchObject({ reason: 'reused' })

    expect(await zoho.stateOf(String(issued.refresh_token))).toBe('revoked')
    expect(await refreshAt(zoho, String(issued.refresh_token))).toEqual(refused)
    expect(await zoho.killAccessToken(String(issued.access_token))).toBe(false)
  })
})

test('a refresh token that was never issued is unknown', async () => {
  await using zoho = await startLocalZoho()
  expect(await zoho.stateOf('1000.never.issued')).toBe('unknown')
})
