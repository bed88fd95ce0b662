import * as oauth from 'oauth4webapi'
import type { App } from './authorization-server.ts'

/** The redirect URI of the apps. */
export const CALLBACK = 'https://back-end.example/callback'
const insecure = { [oauth.allowInsecureRequests]: true }

/** What a login gave, in the shape that `storeTokens` takes. */
export interface Granted {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresIn: number
  readonly scopes: readonly string[]
}

/**
 * Authorization code and PKCE (RFC 6749 §4.1, RFC 7636) as a user does it, but for the browser: the provider's own
 * pages are asked for and their forms are sent. oauth4webapi is the client: nothing of ours is in it.
 */
export async function login(issuer: string, app: App, scope: string, resource?: string): Promise<Granted> {
  const server = await discover(issuer)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const page = new URL(server.authorization_endpoint ?? '')
  page.search = new URLSearchParams({
    client_id: app.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope,
    prompt: 'consent',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(resource === undefined ? {} : { resource }),
  }).toString()

  const callback = await new Visitor().allow(page)
  const client = { client_id: app.client_id }
  const answered = oauth.validateAuthResponse(server, client, callback, state)
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authenticationOf(app),
    answered,
    CALLBACK,
    verifier,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer)
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? '',
    expiresIn: tokens.expires_in ?? 0,
    scopes: tokens.scope?.split(' ') ?? [],
  }
}

/** Whether the server says that a token is good (RFC 7662). */
export async function isActive(issuer: string, app: App, token: string): Promise<boolean> {
  const server = await discover(issuer)
  const client = { client_id: app.client_id }
  const answer = await oauth.introspectionRequest(server, client, authenticationOf(app), token, insecure)
  return (await oauth.processIntrospectionResponse(server, client, answer)).active
}

async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  return await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure))
}

function authenticationOf(app: App): oauth.ClientAuth {
  const secret = app.client_secret ?? ''
  switch (app.token_endpoint_auth_method) {
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(secret)
    case 'client_secret_post':
      return oauth.ClientSecretPost(secret)
    case 'none':
      return oauth.None()
  }
}

/** A person enters a device's code at a browser of theirs (RFC 8628 §3.3), and agrees or not. */
export async function enterCode(page: string, answer: 'agree' | 'refuse', user = 'ada'): Promise<void> {
  await new Visitor(user).enter(new URL(page), answer)
}

/** A browser as far as a login needs one: cookies, redirects, forms. */
export class Visitor {
  readonly #cookies = new Map<string, string>()
  readonly #user: string

  constructor(user = 'ada') {
    this.#user = user
  }

  /** Signs in, allows what is asked, and stops where the provider sends the user back to the back end. */
  async allow(page: URL): Promise<URL> {
    let next = await this.#visit(page)
    for (;;) {
      if (next.location !== null) {
        if (next.location.href.startsWith(CALLBACK)) return next.location
        next = await this.#visit(next.location)
        continue
      }
      const form = formIn(next.html)
      const fields = form.prompt === 'login' ? { prompt: 'login', login: this.#user, password: 'any' } : form
      next = await this.#visit(next.url, new URLSearchParams(fields))
    }
  }

  /** Enters the code that is in the page's address, signs in, and agrees or not. */
  async enter(page: URL, answer: 'agree' | 'refuse'): Promise<void> {
    let next = await this.#visit(page)
    for (;;) {
      const form = hiddenFieldsIn(next.html)
      if (next.location !== null) next = await this.#visit(next.location)
      else if (next.html.includes('Sign-in Success') || next.html.includes('was interrupted')) return
      else if (form.has('user_code')) {
        const page = new URL('/device', next.url)
        if (form.has('confirm') && answer === 'refuse') form.set('abort', 'yes')
        next = await this.#visit(page, form)
      } else {
        const { prompt = '' } = formIn(next.html)
        const fields: Record<string, string> =
          prompt === 'login' ? { prompt, login: this.#user, password: 'any' } : { prompt }
        next = await this.#visit(next.url, new URLSearchParams(fields))
      }
    }
  }

  /** Goes to the page and leaves it again, by the link that says no. */
  async refuse(page: URL): Promise<URL> {
    let next = await this.#visit(page)
    while (next.location === null || !next.location.href.startsWith(CALLBACK)) {
      const link = /href="([^"]*\/abort)"/.exec(next.html)?.[1] ?? ''
      next = await this.#visit(next.location ?? new URL(link, next.url))
    }
    return next.location
  }

  async #visit(url: URL, form: URLSearchParams | null = null): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      method: form === null ? 'GET' : 'POST',
      body: form,
      headers: { cookie },
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const html = await response.text()
    if (location === null && !response.ok)
      throw new Error(`HTTP ${response.status} at ${url.pathname}: ${html}`)
    return { url, location: location === null ? null : new URL(location, url), html }
  }
}

interface Page {
  readonly url: URL
  readonly location: URL | null
  readonly html: string
}

function hiddenFieldsIn(html: string): URLSearchParams {
  const fields = html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"\/>/g)
  return new URLSearchParams(
    Array.from(fields, ([, name = '', value = '']): [string, string] => [name, value]),
  )
}

function formIn(html: string): Record<string, string> {
  const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1]
  if (prompt === undefined) throw new Error(`a page without a form:\n${html}`)
  return { prompt }
}
