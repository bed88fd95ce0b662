/** What came of one request. */
export interface Visited {
  readonly url: URL
  readonly status: number
  readonly location: URL | null
  readonly html: string
}

/** A browser as far as signing in needs one: cookies by host, redirects, forms. It follows nothing by itself. */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>()

  get(url: string | URL): Promise<Visited> {
    return this.#visit(new URL(url), 'GET', null, {})
  }

  post(
    url: string | URL,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Visited> {
    return this.#visit(new URL(url), 'POST', new URLSearchParams(form), headers)
  }

  /** Signs in at oidc-provider's own pages and allows what is asked, up to the address that begins with `end`. */
  async allow(from: URL | null, end: string): Promise<string> {
    if (from === null) throw new Error('not sent to the provider')
    let next = await this.get(from)
    for (;;) {
      if (next.location?.href.startsWith(end)) return next.location.href
      if (next.location !== null) {
        next = await this.get(next.location)
        continue
      }
      const prompt = /name="prompt" value="(\w+)"/.exec(next.html)?.[1]
      if (prompt === undefined) throw new Error(`a page without a form, ${next.status}:\n${next.html}`)
      const fields = prompt === 'login' ? { prompt, login: 'ada', password: 'any' } : { prompt }
      next = await this.post(next.url, fields)
    }
  }

  async #visit(
    url: URL,
    method: string,
    body: URLSearchParams | null,
    headers: Readonly<Record<string, string>>,
  ): Promise<Visited> {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>()
    this.#cookies.set(url.host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { method, body, headers: { cookie, ...headers }, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    return {
      url,
      status: response.status,
      location: location === null ? null : new URL(location, url),
      html: await response.text(),
    }
  }
}
