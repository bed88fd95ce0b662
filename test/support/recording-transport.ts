import type { Transport, TransportAnswer, TransportRequest } from '../../src/ports/transport.ts'

/** An answer of a server: a body, as text or as what its JSON means, with status 200 unless it says otherwise. */
export interface PlayedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | object
}

/** A transport that sends nothing: it keeps the requests, and gives the answers it was given, in order. */
export class RecordingTransport implements Transport {
  readonly requests: TransportRequest[] = []
  readonly #answers: PlayedAnswer[]

  constructor(...answers: readonly PlayedAnswer[]) {
    this.#answers = [...answers]
  }

  /** The request that was sent last. */
  get last(): TransportRequest {
    const last = this.requests.at(-1)
    if (last === undefined) throw new Error('Nothing was sent.')
    return last
  }

  /** The fields of the last request's body, form or JSON. */
  get fields(): Readonly<Record<string, unknown>> {
    const { headers, body } = this.last
    const type = new Headers(headers).get('content-type') ?? ''
    if (type.startsWith('application/json')) return JSON.parse(body)
    return Object.fromEntries(new URLSearchParams(body))
  }

  async send(request: TransportRequest): Promise<TransportAnswer> {
    this.requests.push(request)
    const answer = this.#answers.shift()
    if (answer === undefined) return { kind: 'unsent', reason: 'RECORDED' }
    const { status = 200, headers = {}, body } = answer
    return {
      kind: 'answered',
      status,
      headers: new Headers(headers),
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    }
  }

  async close(): Promise<void> {}
}
