/** Whether a request may leave the public internet. */
export type Reach = 'public' | 'anywhere'

/** A request to an authorization server, mostly a POST to its token endpoint. URL, headers and body hold secrets. */
export interface TransportRequest {
  /** Default POST. A GET has no body. */
  readonly method?: 'POST' | 'GET' | 'DELETE' | undefined
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The total time for connect, TLS, headers and body. */
  readonly timeoutMs: number
  /**
   * Where it may go. `public`, the default: by https to an address of the public internet, whatever the name says.
   * `anywhere`: to private networks and this machine as well.
   */
  readonly reach?: Reach | undefined
  /** By the monotonic clock: a request that could not be over by then is not sent (`TOO_LATE`). */
  readonly until?: number | undefined
}

/**
 * What became of a request.
 * - `unsent`: DNS, connect or TLS failed; no byte of the body left this machine.
 * - `cut`: the body was (or may have been) sent, and no whole answer came.
 * - `answered`: a whole answer.
 */
export type TransportAnswer =
  | { readonly kind: 'unsent'; readonly reason: string }
  | {
      readonly kind: 'cut'
      readonly reason: string
      readonly status: number | null
      readonly body: Uint8Array
    }
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: Headers
      readonly body: Uint8Array
    }

/** The reason of an `unsent` that nobody but this process is to blame for: it was frozen, or busy, for too long. */
export const TOO_LATE = 'TOO_LATE'

/** The reason of an `unsent` whose host is, or leads to, an address that is not public. */
export const NOT_PUBLIC = 'ADDRESS_NOT_PUBLIC'

/** The reason of an `unsent` to a port that neither is 443 nor stands in the code. */
export const OTHER_PORT = 'PORT_NOT_ALLOWED'

/** Sends one request to an authorization server. Never follows a redirect, never throws. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportAnswer>
  /** Closes idle connections. */
  close(): Promise<void>
}
