import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'

/** What becomes of the bytes of one direction: `lost` is half-open, swallowed with both ends none the wiser. */
export type Flow =
  | { readonly kind: 'whole' | 'lost' }
  | { readonly kind: 'late'; readonly ms: number }
  /** One byte at a time, with a pause after each. */
  | { readonly kind: 'sliced'; readonly everyMs: number }

export type Direction = 'up' | 'down'

/** Sees the bytes of one connection before they go on. False: these do not. */
export interface Tap {
  up(bytes: Buffer): boolean
  down(bytes: Buffer): boolean
}

const WHOLE: Flow = { kind: 'whole' }

/** One connection through the proxy: a client's and one of our own to the target. */
export class Wire {
  readonly flow: Record<Direction, Flow> = { up: WHOLE, down: WHOLE }
  readonly ended: Promise<void>
  readonly #client: Socket
  readonly #server: Socket
  readonly #tap: Tap | null

  constructor(client: Socket, server: Socket, tapOf: (wire: Wire) => Tap | null) {
    this.#client = client
    this.#server = server
    this.ended = Promise.all([client, server].map(closeOf)).then(() => {})
    this.#tap = tapOf(this)
    this.#relay('up', client, server)
    this.#relay('down', server, client)
  }

  /** Both connections are over: `end` says so after what was sent, `reset` at once and without manners. */
  cut(how: 'end' | 'reset'): void {
    for (const socket of [this.#client, this.#server]) {
      if (how === 'reset') socket.resetAndDestroy()
      else socket.destroySoon()
    }
  }

  #relay(direction: Direction, from: Socket, to: Socket): void {
    // In order, whatever each chunk has to go through. Only a few KB are ever on their way.
    let before = Promise.resolve()
    from.on('data', bytes => {
      const goesOn = this.#tap?.[direction](bytes) ?? true
      if (goesOn) before = before.then(() => this.#pass(bytes, this.flow[direction], to))
    })
    from.on('error', () => {})
    from.once('close', () => {
      // Who only hears nothing any more does not hear of the end either.
      before = before.then(() => void (this.flow[direction].kind === 'lost' || to.destroySoon()))
    })
  }

  async #pass(bytes: Buffer, flow: Flow, to: Socket): Promise<void> {
    if (flow.kind === 'lost') return
    if (flow.kind === 'late') await pause(flow.ms)
    if (flow.kind !== 'sliced') {
      if (to.writable) to.write(bytes)
      return
    }
    for (const byte of bytes) {
      if (!to.writable) return
      to.write(Uint8Array.of(byte))
      await (flow.everyMs === 0 ? nextTurn() : pause(flow.everyMs))
    }
  }
}

/** A TCP proxy of our own, which treats its connections as badly as it is told. */
export class TcpProxy {
  /** What is open now. */
  readonly wires = new Set<Wire>()
  /** Looks into the connections made from now on. */
  tapOf: (wire: Wire) => Tap | null = () => null
  readonly #targetPort: number
  #server: Server | null = null
  #port = 0

  /** @param targetPort of 127.0.0.1, as the proxy's own */
  constructor(targetPort: number) {
    this.#targetPort = targetPort
  }

  /** Where it listens, also while it refuses connections. */
  get port(): number {
    return this.#port
  }

  async listen(): Promise<void> {
    if (this.#server !== null) return
    const server = createServer({ noDelay: true }, client => this.#accept(client))
    this.#server = server
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
  }

  /**
   * Refuses connections until it listens again.
   * @param how what becomes of those that are open; null: they stay, and it takes until they end
   */
  async refuse(how: 'reset' | null = 'reset'): Promise<void> {
    const server = this.#server
    if (server === null) return
    this.#server = null
    const closed = once(server, 'close')
    server.close()
    if (how !== null) for (const wire of this.wires) wire.cut(how)
    await closed
  }

  async close(): Promise<void> {
    await this.refuse()
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#targetPort, host: '127.0.0.1', noDelay: true })
    const wire = new Wire(client, server, this.tapOf)
    this.wires.add(wire)
    void wire.ended.then(() => this.wires.delete(wire))
  }
}

// Not `once()`: it takes a reset of the connection for a failure of its own.
function closeOf(socket: Socket): Promise<void> {
  return new Promise(resolve => socket.once('close', () => resolve()))
}
