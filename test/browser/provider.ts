import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request at the token endpoint. */
export interface CodeRequest {
  readonly code: string
  readonly verifier: string
}

/**
 * A provider that answers as tests say, also what no honest one does. Its page has one link, "Allow", so that a browser
 * leaves it as it leaves real ones.
 */
export class Provider {
  /** What it adds to the callback in place of a code. */
  refusal: Readonly<Record<string, string>> | null = null
  /** The account that it says it is. */
  account = 'ada@acme.example'
  /** Whether it shows the way back as a link, for tests that take it elsewhere. */
  shows = false
  /** Whether it sends back by a form that its page posts, as Apple does. */
  posts = false
  /** What answers to codes wait for. */
  held: Promise<void> = Promise.resolve()
  /** Every request at its authorization endpoint. */
  readonly asked: URLSearchParams[] = []
  readonly codes: CodeRequest[] = []
  #count = 0
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start(): Promise<Provider> {
    const provider = new Provider()
    provider.#server.listen(0, '127.0.0.1')
    await once(provider.#server, 'listening')
    return provider
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Forgets what happened, and is honest again. */
  clear(): void {
    this.#count = 0
    this.refusal = null
    this.account = 'ada@acme.example'
    this.shows = false
    this.posts = false
    this.held = Promise.resolve()
    this.asked.length = 0
    this.codes.length = 0
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url)
    if (url.pathname === '/auth') this.#ask(url, response)
    else if (url.pathname === '/allow') this.#sendBack(url, response)
    else if (url.pathname === '/token') await this.#exchange(await text(request), response)
    else if (url.pathname === '/raw')
      response.setHeader('content-type', 'text/html').end(url.searchParams.get('html'))
    else response.writeHead(404).end()
  }

  #ask(url: URL, response: ServerResponse): void {
    this.asked.push(url.searchParams)
    const href = `/allow?${url.searchParams}`.replaceAll('&', '&amp;')
    response.setHeader('content-type', 'text/html').end(`<h1>Acme</h1><a href="${href}">Allow</a>`)
  }

  #sendBack({ searchParams: asked }: URL, response: ServerResponse): void {
    this.#count += 1
    const callback = new URL(asked.get('redirect_uri') ?? '')
    const answer = this.refusal ?? { code: `code-canary-${this.#count}-${'c'.repeat(40)}` }
    const fields = { ...answer, state: asked.get('state') ?? '' }
    if (this.posts) return void response.setHeader('content-type', 'text/html').end(formOf(callback, fields))
    callback.search = new URLSearchParams(fields).toString()
    if (!this.shows) return void response.writeHead(302, { location: callback.href }).end()
    const href = callback.href.replaceAll('&', '&amp;')
    response.setHeader('content-type', 'text/html').end(`<h1>Acme</h1><a href="${href}">Return</a>`)
  }

  async #exchange(form: string, response: ServerResponse): Promise<void> {
    const fields = new URLSearchParams(form)
    this.codes.push({ code: fields.get('code') ?? '', verifier: fields.get('code_verifier') ?? '' })
    const tokens = { access_token: `access-${this.#count}`, refresh_token: `refresh-${this.#count}` }
    await this.held
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ ...tokens, token_type: 'Bearer', expires_in: 3_600, account: this.account }),
    )
  }
}

function formOf(action: URL, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries({ ...fields, user: 'name-canary' }).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  )
  return `<form method="post" action="${action}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`
}
