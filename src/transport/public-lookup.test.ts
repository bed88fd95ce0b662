import type { LookupAddress } from 'node:dns'
import { expect, test } from 'vitest'
import { mayBePublic, publicLookup } from './public-lookup.ts'

const PUBLIC = { address: '2606:4700::1', family: 6 }
const PUBLIC_4 = { address: '1.1.1.1', family: 4 }
const LOOPBACK = { address: '127.0.0.1', family: 4 }

function looked(found: readonly LookupAddress[] | Error, all: boolean): Promise<unknown> {
  const resolve = async (): Promise<readonly LookupAddress[]> => {
    if (found instanceof Error) throw found
    return found
  }
  return new Promise(done =>
    publicLookup(resolve)('id.acme.example', { all }, (error, address, family) =>
      done(error === null ? [address, family] : error),
    ),
  )
}

test('gives what was checked, all of it or the first', async () => {
  expect(await looked([PUBLIC, PUBLIC_4], true)).toEqual([[PUBLIC, PUBLIC_4], undefined])
  expect(await looked([PUBLIC, PUBLIC_4], false)).toEqual(['2606:4700::1', 6])
})

test.each([
  ['one', [LOOPBACK]],
  ['one behind a public one', [PUBLIC, LOOPBACK]],
  ['one before a public one', [LOOPBACK, PUBLIC]],
  ['no address', []],
])('gives nothing for a name that leads to %s that is not public', async (_, found) => {
  for (const all of [true, false]) {
    const error = await looked(found, all)
    expect(error).toMatchObject({ code: 'ADDRESS_NOT_PUBLIC' })
    expect(String(error)).not.toMatch(/\d|acme/)
  }
})

test('says what the resolver says when it knows no such name', async () => {
  const missing = Object.assign(new Error('x'), { code: 'ENOTFOUND' })
  expect(await looked(missing, true)).toBe(missing)
})

test.each([
  'localhost',
  'x.localhost',
  'localhost.',
  'intranet',
  'metadata',
  'metadata.google.internal',
  'metadata.google.internal.',
  'metadata.goog',
  'printer.local',
  'nas.home.arpa',
  '10.0.0.1',
  '[::1]',
  '[::ffff:7f00:1]',
  '',
])('no name is looked up that only a network of its own has: %j', hostname => {
  expect(mayBePublic(hostname)).toBe(false)
})

test.each([
  'id.acme.example',
  'id.acme.example.',
  'local.acme.example',
  'internal.example',
  '1.1.1.1',
  '[2606:4700::1]',
])('other names are: %s', hostname => {
  expect(mayBePublic(hostname)).toBe(true)
})
