import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A server that takes callbacks. */
export interface CallbackReceiver extends AsyncDisposable {
  readonly url: string
  /** The body of the next callback, in the order in which they came; waits for one. */
  next(): Promise<Record<string, unknown>>
  /** How many came and were not asked for. */
  readonly waiting: number
}

/** @param answers false: it takes callbacks and never answers */
export async function startReceiver(answers = true): Promise<CallbackReceiver> {
  const bodies: Record<string, unknown>[] = []
  const arrivals = new EventEmitter()
  const server = createServer(async (request, response) => {
    bodies.push(JSON.parse(await text(request)))
    arrivals.emit('arrived')
    if (answers) response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    get waiting() {
      return bodies.length
    },
    async next() {
      while (bodies.length === 0) await once(arrivals, 'arrived')
      return bodies.shift() ?? {}
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
