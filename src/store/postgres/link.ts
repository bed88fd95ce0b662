import { TLSSocket } from 'node:tls'

/**
 * How a connection to the server is protected.
 * - `local`: a socket of this machine, or loopback.
 * - `verified`: TLS, and the certificate was checked against a trusted root and the host's name.
 * - `unverified`: TLS with whoever answers.
 * - `plain`: none.
 * - `unknown`: the driver does not show its socket.
 */
export type Link = 'local' | 'verified' | 'unverified' | 'plain' | 'unknown'

/** @param client a `pg` client that is connected */
export function linkOf(client: object): Link {
  const socket = at(at(client, 'connection'), 'stream')
  if (socket === undefined) return 'unknown'
  const address = at(socket, 'remoteAddress')
  // A Unix socket has no address.
  if (typeof address !== 'string' || /^(127\.|::1$|::ffff:127\.)/.test(address)) return 'local'
  if (!(socket instanceof TLSSocket)) return 'plain'
  return socket.authorized ? 'verified' : 'unverified'
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
