import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A request at the token endpoint. */
export interface CodeExchange {
  readonly code: string | null
  readonly parameters: URLSearchParams
  readonly authorization: string | undefined
}

/** A code that a user has agreed to. */
interface Agreed {
  readonly clientId: string
  readonly redirectUri: string | null
  readonly challenge: string | null
  readonly scope: string | null
  readonly nonce: string | null
  readonly account: string
  used: boolean
}

export interface AuthorizerOptions {
  /** What the answer to a good code holds beside the tokens, or in their place. */
  readonly answer?: (agreed: Agreed, issuer: string) => Record<string, unknown>
  /** Whether the callback names the issuer (RFC 9207). Default true. */
  readonly answersIssuer?: boolean
}

/**
 * An authorization server in this process: it agrees to whatever it is asked, gives each code once and to whoever holds
 * the verifier, and keeps books of every request at its token endpoint.
 */
export class Authorizer {
  readonly exchanges: CodeExchange[] = []
  readonly paths: string[] = []
  /** Each exchange waits for this before it is answered. */
  before: () => Promise<void> = async () => {}
  /** Answers the next exchanges instead. */
  readonly instead: ((response: ServerResponse) => void)[] = []
  readonly url: string
  readonly #server: Server
  readonly #options: AuthorizerOptions
  readonly #codes = new Map<string, Agreed>()
  #issued = 0

  private constructor(server: Server, port: number, options: AuthorizerOptions) {
    this.#server = server
    this.#options = options
    this.url = `http://127.0.0.1:${port}`
    server.on('request', (request, response) => void this.#answer(request, response))
  }

  static async start(options: AuthorizerOptions = {}): Promise<Authorizer> {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return new Authorizer(server, typeof address === 'object' ? (address?.port ?? 0) : 0, options)
  }

  /** The user agrees: the URL that the browser is sent to. */
  agree(authorizationUrl: string, account = 'account-1'): URL {
    const { searchParams } = new URL(authorizationUrl)
    return this.callback(authorizationUrl, {
      code: this.#code({
        clientId: searchParams.get('client_id') ?? '',
        redirectUri: searchParams.get('redirect_uri'),
        challenge: searchParams.get('code_challenge'),
        scope: searchParams.get('scope'),
        nonce: searchParams.get('nonce'),
        account,
      }),
    })
  }

  /** A code of an account that nobody asked for by a URL. */
  bareCode(account = 'account-1', scope: string | null = null): string {
    return this.#code({ clientId: 'app', redirectUri: null, challenge: null, scope, nonce: null, account })
  }

  /** The URL that the browser is sent to, with these parameters. */
  callback(authorizationUrl: string, parameters: Record<string, string>): URL {
    const { searchParams } = new URL(authorizationUrl)
    const url = new URL(searchParams.get('redirect_uri') ?? '')
    url.searchParams.set('state', searchParams.get('state') ?? '')
    if (this.#options.answersIssuer ?? true) url.searchParams.set('iss', this.url)
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #code(agreed: Omit<Agreed, 'used'>): string {
    const code = `code-${randomBytes(8).toString('hex')}`
    this.#codes.set(code, { ...agreed, used: false })
    return code
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.paths.push(request.url ?? '')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (request.url !== '/token') {
      response.writeHead(404).end()
      return
    }
    const parameters = new URLSearchParams(Buffer.concat(chunks).toString())
    const code = parameters.get('code')
    this.exchanges.push({ code, parameters, authorization: request.headers.authorization })
    await this.before()
    const instead = this.instead.shift()
    if (instead !== undefined) return instead(response)
    const agreed = this.#codes.get(code ?? '')
    if (agreed === undefined || agreed.used || !isHolder(agreed, parameters)) {
      return reply(response, 400, { error: 'invalid_grant' })
    }
    agreed.used = true
    this.#issued += 1
    reply(response, 200, {
      access_token: `access-${this.#issued}-${agreed.account}`,
      refresh_token: `refresh-${this.#issued}-${agreed.account}`,
      token_type: 'Bearer',
      expires_in: 3_600,
      ...(agreed.scope === null ? {} : { scope: agreed.scope }),
      ...(agreed.scope?.includes('openid') ? { id_token: idTokenOf(agreed, this.url) } : {}),
      ...this.#options.answer?.(agreed, this.url),
    })
  }
}

function idTokenOf({ clientId, account, nonce }: Agreed, issuer: string): string {
  return idToken({ iss: issuer, aud: clientId, sub: account, ...(nonce === null ? {} : { nonce }) })
}

/** An ID token that nobody has signed: it comes straight from the token endpoint. */
export function idToken(claims: Record<string, unknown>): string {
  const now = Math.floor(Date.now() / 1_000)
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part({ iat: now, exp: now + 3_600, ...claims })}.c2lnbmF0dXJl`
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function isHolder({ challenge, redirectUri }: Agreed, parameters: URLSearchParams): boolean {
  if (parameters.get('redirect_uri') !== redirectUri) return false
  const verifier = parameters.get('code_verifier')
  if (challenge === null) return verifier === null
  return verifier !== null && createHash('sha256').update(verifier).digest('base64url') === challenge
}
