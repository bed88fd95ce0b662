/** A POST to a token endpoint. The body holds secrets. */
export interface TransportRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The total time for connect, TLS, headers and body. */
  readonly timeoutMs: number
  /** By the monotonic clock, when it has to be over at the latest, even if it begins late. */
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

/** Sends one request to a token endpoint. Never follows a redirect, never throws. */
export interface Transport {
  post(request: TransportRequest): Promise<TransportAnswer>
  /** Closes idle connections. */
  close(): Promise<void>
}
