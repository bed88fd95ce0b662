/** How long a flow is told of after its time: a second click is told what became of the first. */
export const FLOW_RETENTION_MS: number = 60 * 60_000

/** Flows wiped or removed at a time, at most: far more than can begin meanwhile. */
export const CLEANED_AT_A_TIME = 100
