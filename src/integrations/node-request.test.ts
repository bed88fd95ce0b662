import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type NodeRequest, textsOf, webRequest } from './node-request.ts'

const FORM = 'application/x-www-form-urlencoded'
const from = (stream: Readable, headers: NodeRequest['headers'] = { 'content-type': FORM }): NodeRequest =>
  Object.assign(stream, { method: 'POST', headers })
const read = async (request: NodeRequest, parsed?: unknown): Promise<string> =>
  (await webRequest(request, '/callback/acme', parsed)).text()

test.each(['http://evil.example/callback/acme', '*', '', 'evil', '@evil.example/callback/acme'])(
  'a target that is no path is no address of ours: %j',
  async path => {
    const request = await webRequest({ method: 'GET', headers: {}, on: () => {} }, path, undefined)
    expect(request.url).toBe('http://localhost/')
  },
)

test('a body is read as it is, whole where it is small', async () => {
  expect(await read(from(Readable.from([Buffer.from('a=b'), Buffer.from('&c=ü')])))).toBe('a=b&c=ü')
  expect(await read(from(Readable.from([])))).toBe('')
})

test('of a body without end no more is kept than a byte more than any route takes, and it does not wait', async () => {
  let sent = 0
  const endless = new Readable({
    read() {
      sent += 10_000
      if (sent < 10_000_000) this.push(Buffer.alloc(10_000, 97))
    },
  })
  expect(await read(from(endless))).toHaveLength(65_537)
  endless.destroy()
})

test('a body that breaks off is what came of it', async () => {
  const broken = new Readable({ read: () => {} })
  broken.push('a=b')
  setImmediate(() => broken.destroy(new Error('reset')))
  expect(await read(from(broken))).toBe('a=b')
})

test('what a parser has made of a body says of itself what it is, and how long', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '99999' }
  const request = await webRequest(from(Readable.from([]), headers), '/confirm', {
    a: ['1', '2'],
    b: 'ü',
    c: { d: 'e' },
    e: 7,
  })
  expect(request.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
  expect(request.headers.get('content-length')).toBe(null)
  expect(await request.text()).toBe('a=1&a=2&b=%C3%BC')
})

test('what was JSON stays JSON, and is no form', async () => {
  const headers = { 'content-type': 'Application/JSON; charset=utf-8', 'content-length': '99999' }
  const request = await webRequest(from(Readable.from([]), headers), '/confirm', { a: 'b' })
  expect([request.headers.get('content-type'), request.headers.get('content-length')]).toEqual([
    'Application/JSON; charset=utf-8',
    null,
  ])
  expect(await request.text()).toBe('{"a":"b"}')
})

test('an empty object that a parser left behind is no body, where nobody has read it', async () => {
  expect(await read(from(Readable.from([Buffer.from('a=b')])), {})).toBe('a=b')
  const before = Readable.from([Buffer.from('a=b')])
  await before.toArray()
  expect(await read(from(before), {})).toBe('')
})

test('the pseudo-headers of HTTP/2 are no headers, and the rest of them are kept', async () => {
  const headers = { ':method': 'GET', ':path': '/', cookie: 'a=b', 'x-list': ['a', 'b'], none: undefined }
  const request = await webRequest({ method: 'GET', headers, on: () => {} }, '/callback/acme', undefined)
  expect([...request.headers]).toEqual([['cookie', 'a=b']])
})

test('names of a prototype are names like others', () => {
  const parsed = JSON.parse('{"__proto__":"a","constructor":["b","c"],"toString":{"x":"y"}}')
  expect(textsOf(parsed)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['constructor', 'c'],
  ])
})
