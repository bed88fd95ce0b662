import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { flowCookie, flowOf, startCookies } from './flow-cookies.ts'

const from = (host: string, cookie = ''): Request =>
  new Request('http://localhost/', { headers: { host, cookie } })
const flow = await flowOf('a state')

describe('the cookie of a flow', () => {
  test('T14: is for this host alone, and out of reach of scripts and of other sites', () => {
    expect(startCookies(from('app.example'), flow, 'b1', true)).toEqual([
      `__Host-evergrant-${flow}=b1; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(startCookies(from('localhost:3000'), flow, 'b1', false)).toEqual([
      `evergrant-${flow}=b1; Path=/; Max-Age=600; HttpOnly; SameSite=Lax`,
    ])
  })

  test('does not tell the state, and is another for each', async () => {
    expect(flow).toMatch(/^[0-9a-f]{32}$/)
    expect(await flowOf('another state')).not.toBe(flow)
  })

  test('is found among others, as it was written', () => {
    const secure = from('app.example', `sid=1; __Host-evergrant-${flow}=b1; x=y=z`)
    expect(flowCookie(secure, flow)).toEqual({ binding: 'b1', isPlain: false })
    const plain = from('127.0.0.1:3000', `evergrant-${flow}=b2`)
    expect(flowCookie(plain, flow)).toEqual({ binding: 'b2', isPlain: true })
    expect(flowCookie(from('app.example', 'sid=1'), flow)).toBeNull()
  })

  test('T15: is named by another digest than the database has of the state', () => {
    for (const encoding of ['hex', 'base64url'] as const) {
      const stored = createHash('sha256').update('a state').digest(encoding)
      expect(stored).not.toContain(flow)
      expect(flow).not.toContain(stored.slice(0, 8))
    }
  })

  test('T14: that a neighbour under the same domain could have written is not taken', () => {
    expect(flowCookie(from('app.example', `evergrant-${flow}=planted`), flow)).toBeNull()
    const both = from('localhost', `evergrant-${flow}=planted; __Host-evergrant-${flow}=b1`)
    expect(flowCookie(both, flow)).toMatchObject({ binding: 'b1' })
  })

  test('is one of eight at most: a browser that never finishes keeps its requests short', async () => {
    const flows = await Promise.all(Array.from({ length: 10 }, (_, index) => flowOf(`${index}`)))
    const cookie = flows.map(other => `__Host-evergrant-${other}=b`).join('; ')
    const written = startCookies(
      from('app.example', `sid=1; ${cookie}; evergrant-theme=dark`),
      flow,
      'b1',
      true,
    )
    expect(written).toHaveLength(4)
    expect(written.slice(0, 3).map(line => /^__Host-evergrant-(\w+)=; /.exec(line)?.[1])).toEqual(
      flows.slice(0, 3),
    )
    expect(written[3]).toContain(`${flow}=b1`)
  })
})
