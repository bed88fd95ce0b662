/** The top-level members of a JSON answer, or the fields of a form-encoded one. */
export type AnswerMembers = ReadonlyMap<string, unknown>

/** What the `error` codes of a token endpoint mean. A code on no list is passing, never terminal. */
export interface ErrorCodes {
  /** The grant is refused. */
  readonly refused: readonly string[]
  /** App credentials, redirect URI or profile are wrong; the grant may be good. */
  readonly misconfigured: readonly string[]
  /** Too many requests: try later. */
  readonly throttled: readonly string[]
  /** The provider stumbled: try again. */
  readonly transient: readonly string[]
}

/** What an answer can be recognized by. */
export interface AnswerPattern {
  /** Only with this status. */
  readonly status?: number | undefined
  /**
   * What the answer has to hold, all of it: by the path of a member (`error.code`, `errors.0.code`) its whole text,
   * or a part of it. Numbers, true and false are compared as text.
   */
  readonly members?: Readonly<Record<string, string | { readonly contains: string }>> | undefined
}

/** An error that is not told by a code in `error` alone. */
export interface ErrorRule extends AnswerPattern {
  /** What it means. `too_early`: the grant is alive, and this access token too young to be refreshed. */
  readonly means: 'refused' | 'misconfigured' | 'throttled' | 'too_early' | 'transient'
  /** What the answer has to hold, as in {@link AnswerPattern}. */
  readonly members: NonNullable<AnswerPattern['members']>
}

/** An instant in an answer. */
export interface InstantMember {
  /** The name of the member. */
  readonly member: string
  /** Seconds since 1970, or ISO 8601 with its zone. */
  readonly format: 'epoch_seconds' | 'iso8601'
}

/**
 * What is kept of a member of an answer.
 * - `text`: a text or a number of at most 255 characters.
 * - `api_origin`: the origin of an https URL on one of `hosts`, where `*` stands for one label. API calls of the
 *   connection may go there.
 */
export type KeptMember =
  | { readonly kind: 'text' }
  | { readonly kind: 'api_origin'; readonly hosts: readonly string[] }

/** How the answers of a token endpoint are read. */
export interface AnswerRules {
  /** Whether a form-encoded body is read too. */
  readonly acceptsForm: boolean
  /** The member whose object holds the tokens (`authed_user` of Slack). Null, and in a flat answer: the top level. */
  readonly within: string | null
  /** Token types beside `bearer` that are used like it (RFC 6749 §7.1). */
  readonly tokenTypes: readonly string[]
  /** The member that holds the refresh token of the next refresh. */
  readonly successor: 'refresh_token' | 'access_token'
  /** What its `error` codes mean. */
  readonly errors: ErrorCodes
  /** Errors told otherwise. The first that fits counts, before `errors`. */
  readonly errorRules: readonly ErrorRule[]
  /** Recognises a throttle by more than its code. Null: the code and status 429 are enough. */
  readonly isThrottle: ((members: AnswerMembers) => boolean) | null
  /**
   * The unit of `expires_in`. `seconds_or_milliseconds`: milliseconds when `expires_in_sec` stands beside it or
   * when it would be more than a day. `epoch_seconds`: it is no duration, but the instant.
   */
  readonly expiresInUnit: 'seconds' | 'seconds_or_milliseconds' | 'epoch_seconds'
  /** The instant that the access token ends at, read where there is no `expires_in`. */
  readonly expiresAt: InstantMember | null
  /** Members that hold the lifetime of the refresh token in seconds. */
  readonly refreshTokenExpiresIn: readonly string[]
  /** The instant that the refresh token ends at, read where there is no lifetime. */
  readonly refreshTokenExpiresAt: InstantMember | null
  /**
   * Members to keep as metadata: what is kept of each, or a function that gives the value to keep, and null to drop
   * it.
   */
  readonly metadata: ReadonlyMap<string, KeptMember | ((value: unknown) => string | null)>
}
