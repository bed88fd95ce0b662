import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * What happens to connections. `request`: the server gets nothing. `answer`: the server works on the request, and of
 * its answer nothing arrives. `token`: half of the refresh token in the answer arrives, and nothing after it. `end`:
 * all but the last bytes arrive.
 */
export type Cut = 'none' | 'request' | 'answer' | 'token' | 'end'

/** A wire to a server on loopback that breaks when told to. */
export class CuttingProxy {
  cut: Cut = 'none'
  readonly #server = createServer(client => this.#join(client))
  readonly #sockets = new Set<Socket>()
  readonly #port: number

  private constructor(port: number) {
    this.#port = port
  }

  static async start(target: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(Number(new URL(target).port))
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #join(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1')
    const both = [client, server]
    for (const socket of both) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        for (const one of both) one.destroy()
      })
    }
    const end = (): void => {
      client.resetAndDestroy()
    }
    client.on('data', data => (this.cut === 'request' ? end() : server.write(data)))
    server.on('data', data => {
      if (this.cut === 'none') client.write(data)
      else if (this.cut === 'answer') end()
      else client.end(data.subarray(0, this.cut === 'end' ? -10 : halfOfToken(data)))
    })
  }
}

function halfOfToken(data: Buffer): number {
  const before = '"refresh_token":"'
  const at = data.indexOf(before)
  if (at === -1) throw new Error('an answer without a refresh token, or not in one piece')
  return at + before.length + 20
}
