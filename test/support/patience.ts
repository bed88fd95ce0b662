/**
 * The time limit of stores in tests that are not about time limits: a machine that runs all suites at once may
 * not get to a statement for seconds.
 */
export const PATIENT_MS = 20_000
