import { describe, expect, test } from 'vitest'
import { isFromOwnPage, isLoopback, isPrefetch } from './own-origin.ts'

const post = (headers: Record<string, string>): Request =>
  new Request('http://localhost/oauth/connect/acme', {
    method: 'POST',
    headers: { host: 'app.example', ...headers },
  })
const friends = ['https://friend.example']

describe('a request of a page of the app', () => {
  test.each([
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-origin', origin: 'null' },
    { origin: 'https://app.example' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://friend.example' },
  ])('is known by %j', headers => {
    expect(isFromOwnPage(post(headers), friends)).toBe(true)
  })

  test.each([
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.app.example' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': '' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' },
    { origin: 'null' },
    { origin: 'https://app.example.evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'https://evilapp.example' },
    { origin: 'https://other.app.example' },
    { origin: 'https://app.example:8443' },
    { origin: 'https://friend.example.evil.example' },
    { referer: 'https://app.example/settings' },
  ])('T23: is not believed by %j', headers => {
    expect(isFromOwnPage(post(headers), friends)).toBe(false)
  })
})

test('what loads a page before anybody has clicked is known by what browsers say', () => {
  const says = (name: string, value: string): boolean => isPrefetch(post({ [name]: value }))
  expect(says('sec-purpose', 'prefetch;prerender')).toBe(true)
  expect(says('purpose', 'prefetch')).toBe(true)
  expect(says('x-moz', 'prefetch')).toBe(true)
  expect(says('accept', 'prefetch')).toBe(false)
})

test('this machine is known by its own names only', () => {
  for (const host of [
    'localhost',
    'localhost:3000',
    '127.0.0.1:1',
    '127.8.9.1',
    '[::1]:80',
    'app.localhost:3000',
  ]) {
    expect([host, isLoopback(host)]).toEqual([host, true])
  }
  for (const host of [
    null,
    '',
    'app.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'a@localhost',
    '[::1].e',
  ]) {
    expect([host, isLoopback(host)]).toEqual([host, false])
  }
})
