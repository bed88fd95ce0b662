import { createHash } from 'node:crypto'
import { ForkedProcess } from './forked-process.ts'

/** An app at an authorization server, in the words of RFC 7591. */
export interface App {
  readonly client_id: string
  readonly client_secret?: string | undefined
  /** Default: that of the logins of these tests. */
  readonly redirect_uris?: readonly string[] | undefined
  readonly token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post' | 'none'
  /** Default: those of a user's grant. */
  readonly grant_types?: readonly string[] | undefined
  readonly response_types?: readonly string[] | undefined
  /** `native`: a redirect URI on loopback is good at every port (RFC 8252 §7.3). */
  readonly application_type?: 'native' | undefined
}

/** A request at the token endpoint, as the server saw it. Tokens are digests: see {@link digestOf}. */
export interface TokenRequest {
  /** Places in the one order of the server's events: no clocks. */
  readonly beganAt: number
  readonly endedAt: number
  readonly grantType: string | null
  /** The refresh token of the request; null: the server did no work on it. */
  readonly spent: string | null
  readonly issued: string | null
  readonly error: string | null
  readonly idToken: boolean
  readonly scope: string | null
  readonly expiresIn: number | null
}

/** What tests change while oidc-provider runs: see its process. */
export interface Settings {
  readonly accessTokenSeconds?: number | undefined
  readonly deviceCodeSeconds?: number | undefined
  readonly expiresIn?: number | null | undefined
  readonly latencyMs?: number | undefined
  readonly fault?: 'none' | 'lost_request' | 'slow_work' | 'slow_answer' | undefined
}

type Message =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'held'; readonly by: number | null }
  | { readonly kind: 'token_request'; readonly entry: TokenRequest }
  | { readonly kind: 'grant_revoked' }
  | { readonly kind: 'server_error'; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly error: string | null }

/** The digest that stands for a token in a server's log. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}

/** An authorization server that nobody here wrote, in a process of its own, and its log of requests: the judge. */
export class AuthorizationServer {
  readonly url: string
  readonly #process: ForkedProcess<Message>
  #calls = 0

  private constructor(process: ForkedProcess<Message>, url: string) {
    this.#process = process
    this.url = url
  }

  /**
   * @param port of a server before it, whose place it takes; 0: a free one
   * @param rotates whether oidc-provider changes the refresh token at each use
   */
  static async start(
    product: 'oidc-provider' | 'oauth2-server',
    apps: readonly App[],
    port = 0,
    rotates = true,
  ): Promise<AuthorizationServer> {
    const process = new ForkedProcess<Message>(`./${product}-process.js`, { apps, port, rotates })
    const { url } = await process.hear('ready')
    return new AuthorizationServer(process, url)
  }

  /** Every request at the token endpoint that is over, in the order of their end. */
  async requests(): Promise<readonly TokenRequest[]> {
    await this.configure({})
    return this.#heard('token_request').map(({ entry }) => entry)
  }

  /** How often a grant was revoked. */
  async revocations(): Promise<number> {
    await this.configure({})
    return this.#heard('grant_revoked').length
  }

  /** What the server says of faults of its own. */
  async errors(): Promise<readonly string[]> {
    await this.configure({})
    return this.#heard('server_error').map(({ message }) => message)
  }

  /** Until so many requests at the token endpoint are over. */
  async overRequests(count: number): Promise<void> {
    await this.#process.until(() => (this.#heard('token_request').length >= count ? true : null))
  }

  /** Until a request is held: of which process of `BackEnds`; null: of another client. */
  async heldRequest(): Promise<number | null> {
    return (await this.#process.hear('held')).by
  }

  /** Forgets what happened until now. */
  async clear(): Promise<void> {
    await this.configure({
      fault: 'none',
      expiresIn: null,
      accessTokenSeconds: 60,
      deviceCodeSeconds: 600,
      latencyMs: 0,
    })
    this.#process.heard.length = 0
  }

  configure(settings: Settings): Promise<void> {
    return this.#call('configure', settings)
  }

  /** Lets go on what is held, and ends the fault. */
  release(): Promise<void> {
    return this.#call('release', null)
  }

  /** The user takes a scope back. */
  withdrawScope(refreshToken: string, scope: string): Promise<void> {
    return this.#call('withdrawScope', { refreshToken, scope })
  }

  kill(): Promise<void> {
    return this.#process.kill()
  }

  async #call(call: string, argument: unknown): Promise<void> {
    this.#calls += 1
    const id = this.#calls
    this.#process.say({ id, call, argument })
    const { error } = await this.#process.until(
      () => this.#heard('done').find(message => message.id === id) ?? null,
    )
    if (error !== null) throw new Error(error)
  }

  #heard<Kind extends Message['kind']>(kind: Kind): readonly Extract<Message, { kind: Kind }>[] {
    return this.#process.heard.filter(
      (message): message is Extract<Message, { kind: Kind }> => message.kind === kind,
    )
  }
}
