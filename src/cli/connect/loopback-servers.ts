import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UsageError } from '../failure.ts'

/** A program that answers at one port of this machine, by whichever of its addresses a browser comes. */
export interface LoopbackServers {
  readonly port: number
  close(): Promise<void>
}

const ADDRESSES = ['127.0.0.1', '::1'] as const
const ATTEMPTS = 20
/** The machine has no IPv6. Nobody else can have it there, either. */
const NO_SUCH_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']

/**
 * Listens on 127.0.0.1 and ::1 at the same port: a browser takes `localhost` for either, and a port of which somebody
 * else holds the other half is not taken (RFC 8252 §8.3).
 * @param port 0: any free one
 * @throws UsageError the port is taken, or may not be used
 */
export async function listenOnLoopback(port: number, listener: RequestListener): Promise<LoopbackServers> {
  for (let attempt = 1; ; attempt += 1) {
    const opened = await listenOnce(port, listener)
    if (typeof opened !== 'string') return opened
    if (port !== 0 || attempt === ATTEMPTS) {
      throw new UsageError(
        `Port ${port} of this machine cannot be listened on (${opened}). ` +
          'Is another program there? End it, or name another port: by --port, or by a --redirect-uri that is registered.',
      )
    }
  }
}

/** Both, or the code of what failed. */
async function listenOnce(wanted: number, listener: RequestListener): Promise<LoopbackServers | string> {
  const servers: Server[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(stop))
  }
  let port = wanted
  for (const address of ADDRESSES) {
    const server = createServer({ maxHeaderSize: 32 * 1024 }, listener)
    server.maxConnections = 32
    const failure = await listen(server, port, address)
    if (failure === null) {
      servers.push(server)
      port = (server.address() as AddressInfo).port
    } else if (address === '127.0.0.1' || !NO_SUCH_ADDRESS.includes(failure)) {
      await close()
      return failure
    }
  }
  return { port, close }
}

async function listen(server: Server, port: number, host: string): Promise<string | null> {
  server.listen({ port, host, exclusive: true, ipv6Only: true })
  try {
    await once(server, 'listening')
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  }
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
