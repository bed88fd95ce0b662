import type { Answer } from '../answer.ts'
import type { CrmState, CrmUser } from './state.ts'

/** A request that has passed: its token is good, and its credits are taken. */
export interface CrmCall {
  readonly state: CrmState
  /** Who it acts for. */
  readonly actor: CrmUser
  /** What the path names. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly header: (name: string) => string | undefined
  /** The JSON of the body; undefined: there was none, or it was none. */
  readonly body: unknown
}

/** One call of the API. */
export interface CrmOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With Hono's parameters: `/crm/v8/:module/:id`. */
  readonly path: string
  /** What its token must have been granted: all of them. */
  readonly scopes: (call: CrmCall) => readonly string[]
  /** In credits. Default 1. */
  readonly cost?: (call: CrmCall) => number
  /** Whether it counts as one of the heavy requests. Default false. */
  readonly heavy?: (call: CrmCall) => boolean
  readonly answer: (call: CrmCall) => Answer
}
