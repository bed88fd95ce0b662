/** A request to an authorization server, mostly a POST to its token endpoint. URL, headers and body hold secrets. */
export interface TransportRequest {
  /** Default POST. A GET has no body. */
  readonly method?: 'POST' | 'GET' | 'DELETE' | undefined
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The total time for connect, TLS, headers and body. */
  readonly timeoutMs: number
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

/** Sends one request to an authorization server. Never follows a redirect, never throws. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportAnswer>
  /** Closes idle connections. */
  close(): Promise<void>
}
