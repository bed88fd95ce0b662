import { type ErrorSubject, EvergrantError } from 'evergrant'

/** What is known of a call that Zoho did not do, or of which nobody knows whether it did. */
export interface ZohoFailure {
  /** The HTTP status; null: no answer came. */
  readonly status: number | null
  /** Zoho's own code, like `INVALID_DATA`; null: it named none. */
  readonly zohoCode: string | null
  /** What Zoho says beside the code: `api_name`, `json_path`, `param_name`, … */
  readonly details: Readonly<Record<string, unknown>>
  /** Whether the same call can succeed later. */
  readonly retryable: boolean
  /** Whether it may have been done all the same. */
  readonly outcome: 'not_done' | 'unknown'
  /** When Zoho, or the back-off, would have it asked again; null: nobody said. */
  readonly retryAt: Date | null
}

/**
 * Zoho refused a call, failed, or did not answer. Neither the token nor what was sent is in any field; what Zoho says is
 * cut to a readable length, and whatever looks like a token in it is blanked out.
 */
export class ZohoApiError extends EvergrantError {
  override readonly name = 'ZohoApiError'
  readonly code = 'ZOHO_API'
  /** The HTTP status; null: no answer came. */
  readonly status: number | null
  /** Zoho's own code, like `INVALID_DATA` or `TOO_MANY_REQUESTS`; null: it named none. */
  readonly zohoCode: string | null
  /** What Zoho says beside the code: `api_name`, `json_path`, `param_name`, … */
  readonly details: Readonly<Record<string, unknown>>
  /**
   * `not_done`: nothing was changed. `unknown`: the request may have arrived, so the write may have been done; read before
   * you repeat it. Then `retryable` is false.
   */
  readonly outcome: 'not_done' | 'unknown'
  /** When to ask again, of a throttle; null: nobody said. */
  readonly retryAt: Date | null

  constructor(message: string, failure: ZohoFailure, subject: ErrorSubject) {
    super(message, failure.retryable, subject)
    this.status = failure.status
    this.zohoCode = failure.zohoCode
    this.details = failure.details
    this.outcome = failure.outcome
    this.retryAt = failure.retryAt
  }
}
