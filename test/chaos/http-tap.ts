import type { Tap } from './tcp-proxy.ts'

/** Reads along on a connection to a token endpoint, of a client that sends one request after the other. */
export class HttpTap implements Tap {
  #request = ''
  #isIdle = true
  readonly #sent: (refreshToken: string) => boolean
  readonly #answered: () => boolean

  /**
   * @param sent told of each whole request, before its last bytes go on. False: these do not
   * @param answered told of each piece of an answer. False: it does not get there
   */
  constructor(sent: (refreshToken: string) => boolean, answered: () => boolean) {
    this.#sent = sent
    this.#answered = answered
  }

  /** Whether no answer is waited for. */
  get isIdle(): boolean {
    return this.#isIdle
  }

  up(bytes: Buffer): boolean {
    this.#isIdle = false
    this.#request += bytes.toString('latin1')
    const body = wholeBody(this.#request)
    if (body === null) return true
    this.#request = ''
    return this.#sent(new URLSearchParams(body).get('refresh_token') ?? '')
  }

  down(_bytes: Buffer): boolean {
    this.#isIdle = true
    return this.#answered()
  }
}

/** Null: there is more to come. */
function wholeBody(request: string): string | null {
  const headEnd = request.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const body = request.slice(headEnd + 4)
  const length = Number(/^content-length: *(\d+)/im.exec(request.slice(0, headEnd))?.[1] ?? 0)
  return body.length < length ? null : body
}
