import { expect, test } from 'vitest'
import { type FormFields, formFields } from './form-fields.ts'

const FORM = 'application/x-www-form-urlencoded'
const read = (
  body: string | ReadableStream<Uint8Array> | null,
  type: string | null = FORM,
): Promise<FormFields> => {
  const headers = type === null ? new Headers() : new Headers({ 'content-type': type })
  return formFields(
    new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit),
  )
}

test('forms and flat JSON are read, other types are not', async () => {
  expect(await read('returnTo=%2Fa+b&x=1')).toEqual(
    new Map([
      ['returnTo', '/a b'],
      ['x', '1'],
    ]),
  )
  expect(await read('{"returnTo":"/a","deep":{"a":1},"n":1}', 'application/json; charset=utf-8')).toEqual(
    new Map([['returnTo', '/a']]),
  )
  expect(await read('{"returnTo":', 'application/json')).toBe(400)
  expect(await read('null', 'application/json')).toBe(400)
  expect(await read('<a/>', 'application/xml')).toBe(415)
  expect(await read('a=b', 'text/plain')).toBe(415)
})

test('a body may be left out', async () => {
  expect(await read(null, null)).toEqual(new Map())
  expect(await read('', FORM)).toEqual(new Map())
})

test('of a body without end no more is read than a form may have', async () => {
  expect(await read(`a=${'b'.repeat(8_190)}`)).toEqual(new Map([['a', 'b'.repeat(8_190)]]))
  expect(await read(`a=${'b'.repeat(8_191)}`)).toBe(413)
  let [pulled, cancelled] = [0, 0]
  const endless = new ReadableStream<Uint8Array>({
    pull: controller => {
      pulled += 1
      controller.enqueue(new Uint8Array(1_024))
    },
    cancel: () => {
      cancelled += 1
    },
  })
  expect(await read(endless)).toBe(413)
  expect(pulled).toBeLessThan(12)
  expect(cancelled).toBe(1)
  // What says itself that it is larger is not read at all.
  pulled = 0
  const headers = { 'content-type': FORM, 'content-length': '8193' }
  const unread = new ReadableStream<Uint8Array>(
    {
      pull: () => {
        pulled += 1
      },
    },
    { highWaterMark: 0 },
  )
  const init = { method: 'POST', headers, body: unread, duplex: 'half' as const }
  expect(await formFields(new Request('http://localhost/', init))).toBe(413)
  expect(pulled).toBe(0)
})
