import { describe, expect, test } from 'vitest'
import type { ConnectRoutesOptions } from './connect-options.ts'
import { connectHandler } from './connect-routes.ts'

let asked = 0
const ask = async (): Promise<never> => {
  asked += 1
  throw new TypeError('the service is asked')
}
const service = { authorizationUrl: ask, handleCallback: ask, confirmAccountChange: ask }
const OPTIONS: ConnectRoutesOptions<null> = {
  providers: { acme: {} },
  clientOf: () => 'smart-tax-nation',
  userOf: () => 'ada',
}

describe('options of the routes', () => {
  test.each([null, undefined, 7, 'acme', () => OPTIONS])('are refused where they are none: %j', options => {
    expect(() => connectHandler(service, options as never)).toThrow('its options must be an object')
  })

  test.each(['ftp://app.example/callback', 'javascript:alert(1)', 'app.example/callback', ''])(
    'name no callback that a browser does not come to: %j',
    callbackUrl => {
      expect(() => connectHandler(service, { ...OPTIONS, callbackUrl })).toThrow('must be an address')
    },
  )

  test('T23: let pages of other origins start, and no others', async () => {
    const handle = connectHandler(service, { ...OPTIONS, allowedOrigins: ['https://app.example'] })
    const startBy = (origin: string): Promise<Response | null> => {
      const headers = { origin, 'sec-fetch-site': 'same-site', host: 'api.example' }
      return handle(new Request('http://localhost/connect/acme', { method: 'POST', headers }), null)
    }
    await expect(startBy('https://app.example')).rejects.toThrow('the service is asked')
    expect([(await startBy('https://other.example'))?.status, asked]).toEqual([403, 1])
  })
})

test('T17: a form that agrees to nothing in particular is refused before the service is asked', async () => {
  const before = asked
  const handle = connectHandler(service, OPTIONS)
  for (const form of [
    `flow=${'a'.repeat(32)}`,
    `confirmation=&flow=${'a'.repeat(32)}`,
    'confirmation=c&flow=',
  ]) {
    const headers = { 'sec-fetch-site': 'same-origin' }
    const request = new Request('http://localhost/confirm', {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
    })
    expect((await handle(request, null))?.status).toBe(400)
  }
  expect(asked).toBe(before)
})
