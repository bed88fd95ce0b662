/** How the local CRM answers queries, bulk jobs and subscriptions. */
export interface QuerySettings {
  /** How long a search does not see a write: it reads an index. COQL always does. Default 0. */
  readonly searchLagMs: number
  /** Conditions of a search's criteria. Zoho's description says 10, the text of its error 15. Default 10. */
  readonly criteriaLimit: number
  /** How many records a search reaches. Zoho's: 2,000. */
  readonly searchReach: number
  /** How many records COQL reaches by `offset`. Zoho's: 100,000; older pages say 10,000. */
  readonly coqlReach: number
  /** How long a bulk job is `ADDED` before it is `IN PROGRESS`. Default 1 s. */
  readonly bulkQueueMs: number
  /** How long a bulk job is `IN PROGRESS`. Default 1 s. */
  readonly bulkWorkMs: number
  /** Rows of a bulk read's file. Zoho's: 200,000. */
  readonly bulkReadRows: number
  /** Rows of a bulk write's file. Zoho's: 25,000. */
  readonly bulkWriteRows: number
  /** How long a callback may take to answer before it is given up. Default 5 s. */
  readonly callbackTimeoutMs: number
}

/** Zoho's own limits. */
export const querySettings: QuerySettings = {
  searchLagMs: 0,
  criteriaLimit: 10,
  searchReach: 2_000,
  coqlReach: 100_000,
  bulkQueueMs: 1_000,
  bulkWorkMs: 1_000,
  bulkReadRows: 200_000,
  bulkWriteRows: 25_000,
  callbackTimeoutMs: 5_000,
}
