/** A request, and what Zoho's own pages say of its answer. `{…}` in path and body stands for an id of the test. */
export interface PublishedBody {
  /** Where it stands. */
  readonly page: string
  readonly what: string
  readonly request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
    readonly path: string
    readonly body?: object | undefined
    /** Sent as a form, in place of a body. */
    readonly form?: Readonly<Record<string, string>> | undefined
    readonly authorization?: string | null | undefined
  }
  readonly status: number
  readonly body: object
}
