import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { systemClock } from 'evergrant/admin'
import { PAGE_HEADERS, type PageName, pageOf } from './callback-pages.ts'
import type { LoopbackPlace } from './loopback-place.ts'
import { type LoopbackServers, listenOnLoopback } from './loopback-servers.ts'

/** A flow that the browser is sent through. */
export interface BrowserFlow {
  /** The provider's page. */
  readonly url: string
  /** What the browser has to bring back, in a cookie. */
  readonly binding: string
}

/** What the browser brought. */
export interface Callback {
  /** The whole URL at which it came. */
  readonly url: string
  /** Null: it is not the browser that was sent. */
  readonly binding: string | null
}

/** How the wait for a browser ends. */
export type Arrival =
  | { readonly kind: 'callback'; readonly callback: Callback }
  /** The link was opened a second time, by another program than the first. */
  | { readonly kind: 'opened_twice' }
  | { readonly kind: 'timeout' }

interface Reply {
  readonly status: number
  readonly page: PageName | null
  readonly headers?: Readonly<Record<string, string>>
}

const NOT_FOUND: Reply = { status: 404, page: 'unknown' }
/** How long the last page waits for the browser to ask for it. */
const LAST_PAGE_MS = 2_000

/**
 * Sends one browser to a provider and takes one callback, on loopback (RFC 8252 §7.3). The browser is sent by a link of
 * its own, which is good once and gives it a cookie: so neither the state nor anything that the provider said stands in the
 * arguments of the program that opens the browser, and a callback from another browser is known as one.
 */
export class CallbackListener {
  readonly redirectUri: string
  readonly #place: LoopbackPlace
  readonly #port: number
  readonly #startPath = unguessablePath()
  readonly #endPath = unguessablePath()
  readonly #lastPageSeen = new AbortController()
  readonly #arrived: Promise<Arrival>
  #arrive: (arrival: Arrival) => void = () => {}
  #servers: LoopbackServers | null = null
  #flow: BrowserFlow | null = null
  #isStarted = false
  #held: ServerResponse | null = null
  #isTaken = false
  #lastPage: PageName | null = null

  private constructor(place: LoopbackPlace, port: number) {
    this.#place = place
    this.#port = port
    this.redirectUri = place.redirectUri ?? `http://${place.host}:${port}${place.pathname}`
    this.#arrived = new Promise(resolve => {
      this.#arrive = resolve
    })
  }

  /** @throws UsageError the port is taken, or may not be used */
  static async open(place: LoopbackPlace): Promise<CallbackListener> {
    let listener: CallbackListener | null = null
    const servers = await listenOnLoopback(place.port, (request, response) => {
      if (listener === null) send(response, NOT_FOUND)
      else listener.#answer(request, response)
    })
    listener = new CallbackListener(place, servers.port)
    listener.#servers = servers
    return listener
  }

  /** The link that the browser has to open: it goes on to the provider. */
  begin(flow: BrowserFlow): string {
    this.#flow = flow
    return this.#origin + this.#startPath
  }

  /** Until the browser is back, or the time is over. */
  async arrival(ms: number): Promise<Arrival> {
    const over = new AbortController()
    const timeout = systemClock.delay(ms, { signal: over.signal }).then((): Arrival => ({ kind: 'timeout' }))
    const arrival = await Promise.race([this.#arrived, timeout])
    over.abort()
    return arrival
  }

  /** Tells the browser how it ended, at an address without code and state. The first call counts. */
  show(page: PageName): void {
    if (this.#lastPage !== null) return
    this.#lastPage = page
    if (this.#held === null) {
      this.#lastPageSeen.abort()
      return
    }
    const cookie = `${this.#cookieName}=; Max-Age=0; Path=/`
    send(this.#held, { status: 303, page: null, headers: { location: this.#endPath, 'set-cookie': cookie } })
  }

  /** Closes, once the browser has its last page. */
  async close(): Promise<void> {
    this.show('failed')
    await systemClock.delay(LAST_PAGE_MS, { signal: this.#lastPageSeen.signal, keepAlive: true })
    await this.#servers?.close()
  }

  get #origin(): string {
    return new URL(`http://${this.#place.host}:${this.#port}`).origin
  }

  // Cookies are shared by all ports of a host.
  get #cookieName(): string {
    return `evergrant-connect-${this.#port}`
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const reply = this.#replyTo(request, response)
    if (reply !== 'held') send(response, reply)
  }

  #replyTo(request: IncomingMessage, response: ServerResponse): Reply | 'held' {
    const url = this.#urlOf(request)
    if (url === null) return NOT_FOUND
    if (request.method !== 'GET') return { status: 405, page: 'unknown', headers: { allow: 'GET' } }
    switch (url.pathname) {
      case this.#place.pathname:
        return this.#take(url, request, response)
      case this.#startPath:
        return this.#start(request)
      case this.#endPath:
        return this.#end(response)
      default:
        return NOT_FOUND
    }
  }

  /** Null: it is for another host, as a page has it that made its own name point here (DNS rebinding). */
  #urlOf(request: IncomingMessage): URL | null {
    const hosts = ['127.0.0.1', 'localhost', '[::1]'].map(
      host => new URL(`http://${host}:${this.#port}`).host,
    )
    const text = this.#origin + request.url
    return hosts.includes(request.headers.host ?? '') && URL.canParse(text) ? new URL(text) : null
  }

  #start(request: IncomingMessage): Reply {
    if (this.#flow === null) return NOT_FOUND
    const { url, binding } = this.#flow
    if (this.#isStarted && this.#bindingOf(request) !== binding) {
      this.#arrive({ kind: 'opened_twice' })
      return { status: 409, page: 'used' }
    }
    this.#isStarted = true
    const cookie = `${this.#cookieName}=${binding}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600`
    return { status: 303, page: null, headers: { location: url, 'set-cookie': cookie } }
  }

  #take(url: URL, request: IncomingMessage, response: ServerResponse): Reply | 'held' {
    if (this.#isTaken) return { status: 409, page: 'used' }
    if (this.#flow === null || !isAnswerTo(this.#flow, url)) return { status: 400, page: 'foreign' }
    this.#isTaken = true
    this.#held = response
    this.#arrive({ kind: 'callback', callback: { url: url.href, binding: this.#bindingOf(request) } })
    return 'held'
  }

  #end(response: ServerResponse): Reply {
    if (this.#lastPage === null) return NOT_FOUND
    response.once('close', () => this.#lastPageSeen.abort())
    return { status: 200, page: this.#lastPage }
  }

  #bindingOf({ headers: { cookie = '' } }: IncomingMessage): string | null {
    const pairs = cookie.split(';').map(pair => pair.trim())
    const own = pairs.find(pair => pair.startsWith(`${this.#cookieName}=`))
    return own?.slice(this.#cookieName.length + 1) ?? null
  }
}

// Any page that a browser shows can send it here: only what knows the state ends the wait.
function isAnswerTo({ url: sent }: BrowserFlow, { searchParams }: URL): boolean {
  const state = new URL(sent).searchParams.get('state')
  return state === null || searchParams.get('state') === state
}

function unguessablePath(): string {
  return `/${randomBytes(16).toString('base64url')}`
}

function send(response: ServerResponse, { status, page, headers = {} }: Reply): void {
  response.writeHead(status, { ...PAGE_HEADERS, ...headers }).end(page === null ? '' : pageOf(page))
}
