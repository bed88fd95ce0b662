import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { linkOf } from './link.ts'

// Tests connect to loopback only, so the address is put on a real socket.
function clientOn(socket: Socket, remoteAddress: string | undefined): object {
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
  return { connection: { stream: socket } }
}

function encrypted(authorized: boolean): TLSSocket {
  return Object.assign(new TLSSocket(new Socket()), { authorized })
}

test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', undefined])(
  'a server at %s is on this machine',
  address => {
    expect(linkOf(clientOn(new Socket(), address))).toBe('local')
  },
)

test('a server elsewhere is told by its TLS', () => {
  expect(linkOf(clientOn(new Socket(), '192.0.2.1'))).toBe('plain')
  expect(linkOf(clientOn(encrypted(false), '192.0.2.1'))).toBe('unverified')
  expect(linkOf(clientOn(encrypted(true), '2001:db8::1'))).toBe('verified')
})

test('a client that shows no socket tells nothing', () => {
  expect(linkOf({})).toBe('unknown')
  expect(linkOf({ connection: null })).toBe('unknown')
})
