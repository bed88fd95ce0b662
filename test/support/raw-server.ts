import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A server that is given every connection as it is. */
export interface RawServer extends AsyncDisposable {
  readonly url: URL
  readonly connections: readonly Socket[]
}

/**
 * Listens on 127.0.0.1 and hands each connection to `accept`.
 * @param server the server to use; default: plain TCP
 */
export async function rawServer(
  accept: (socket: Socket, index: number) => void,
  server: Server = createServer(),
): Promise<RawServer> {
  const connections: Socket[] = []
  const tls = 'setSecureContext' in server
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy())
    connections.push(socket)
    accept(socket, connections.length - 1)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}/oauth/v2/token`),
    connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of connections) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Calls `answer` with each whole request of a connection, its head and its body. */
export function onRequest(socket: Socket, answer: (head: string, body: string) => void): void {
  let received = ''
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const head = received.slice(0, headEnd)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (received.length < headEnd + 4 + length) return
    const body = received.slice(headEnd + 4)
    received = ''
    answer(head, body)
  })
}
