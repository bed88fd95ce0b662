import type { Connected } from './connect/connected.ts'
import type { Metadata } from './ports/store.ts'
import type { CallCredentials, CallOptions } from './service-options.ts'

/** Options of `deviceAuthorization`. */
export interface DeviceAuthorizationOptions extends CallOptions {
  /**
   * Scopes to ask for. Those without which the provider gives no refresh token (`offline_access`) are added. Default: those
   * of the provider's options or profile, else none.
   */
  readonly scopes?: readonly string[] | undefined
  /** Values for the provider's placeholders: `{ tenant: 'acme' }`. Kept as metadata of the connection. Default: what is kept there. */
  readonly metadata?: Metadata | undefined
  /** The API that the token is for (RFC 8707): an absolute URI, or several. Kept, and asked for at each refresh. */
  readonly resource?: string | readonly string[] | undefined
  /** Whether the connection may become one of another account. Default false: then it is refused. */
  readonly confirmAccount?: boolean | undefined
  /** App credentials. Default: those of `open`, then of the environment. */
  readonly credentials?: CallCredentials | undefined
}

/** Options of `wait`. */
export interface DeviceWaitOptions extends CallOptions {
  /** Called before each look at whether the person has agreed. */
  readonly onPoll?: (() => void) | undefined
}

/** A device that waits to be let in by a person, at a browser of theirs (RFC 8628). */
export interface DeviceAuthorization {
  /** What the person enters: show it as it is. */
  readonly userCode: string
  /** Where: https, or http on this machine where the provider is on it. */
  readonly verificationUri: string
  /** The same with the code in it, for a QR code. Null: the provider has none. */
  readonly verificationUriComplete: string | null
  /** What to show beside the code, against people who send codes to others. */
  readonly hint: string
  /** When the code is over, by this machine's clock. */
  readonly expiresAt: Date
  /** The least time between two looks, in ms. It grows where the provider wants it. */
  readonly intervalMs: number
  /**
   * Waits until the person has agreed, and stores the tokens. A signal ends the wait; after that it may be called again.
   * @throws AuthorizationFlowError `denied`, `expired`, `refused`, or `account_changed`: nothing was stored
   * @throws ProviderMisconfiguredError | ProviderResponseError | StoreUnavailableError
   */
  wait(options?: DeviceWaitOptions): Promise<Connected>
}
