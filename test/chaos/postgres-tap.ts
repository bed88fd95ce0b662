import type { Tap } from './tcp-proxy.ts'

const TYPE = { parse: 0x50, bind: 0x42, query: 0x51, readyForQuery: 0x5a }

/**
 * Reads along on a connection to PostgreSQL, without TLS (protocol 3.0): which statements are sent, and when the
 * server has done with one.
 */
export class PostgresTap implements Tap {
  readonly #statements = new Map<string, string>()
  /** The first message of a client has no type. */
  readonly #up = new Messages(false)
  readonly #down = new Messages(true)
  readonly #sent: (statement: string) => boolean
  readonly #done: () => boolean

  /**
   * @param sent told of each statement on its way to the server. False: it does not get there
   * @param done told when the server has answered a statement to its end. False: the answer does not get there
   */
  constructor(sent: (statement: string) => boolean, done: () => boolean) {
    this.#sent = sent
    this.#done = done
  }

  up(bytes: Buffer): boolean {
    let goesOn = true
    for (const message of this.#up.read(bytes)) {
      const statement = this.#statementOf(message)
      if (statement !== null) goesOn = this.#sent(statement) && goesOn
    }
    return goesOn
  }

  down(bytes: Buffer): boolean {
    let goesOn = true
    for (const { type } of this.#down.read(bytes)) {
      if (type === TYPE.readyForQuery) goesOn = this.#done() && goesOn
    }
    return goesOn
  }

  /** Of a message that runs one; null: it does not. */
  #statementOf({ type, body }: Message): string | null {
    if (type === TYPE.query) return textAt(body, 0).text
    if (type === TYPE.parse) {
      const name = textAt(body, 0)
      this.#statements.set(name.text, textAt(body, name.end).text)
    }
    if (type !== TYPE.bind) return null
    const portal = textAt(body, 0)
    return this.#statements.get(textAt(body, portal.end).text) ?? ''
  }
}

interface Message {
  readonly type: number
  readonly body: Buffer
}

/** Puts messages together from what comes in pieces. */
class Messages {
  #isTyped: boolean
  #rest: Buffer = Buffer.alloc(0)

  constructor(isTyped: boolean) {
    this.#isTyped = isTyped
  }

  *read(bytes: Buffer): Generator<Message> {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const head = this.#isTyped ? 1 : 0
      if (this.#rest.length < head + 4) return
      const end = head + this.#rest.readUInt32BE(head)
      if (this.#rest.length < end) return
      const message = {
        type: this.#isTyped ? this.#rest.readUInt8(0) : 0,
        body: this.#rest.subarray(head + 4, end),
      }
      this.#isTyped = true
      this.#rest = this.#rest.subarray(end)
      yield message
    }
  }
}

function textAt(body: Buffer, start: number): { readonly text: string; readonly end: number } {
  const zero = body.indexOf(0, start)
  return { text: body.toString('utf8', start, zero), end: zero + 1 }
}
