/** Whether the whole size of every test is run (`EVERGRANT_TRUST_FULL=1`), or one that takes seconds. */
export const FULL: boolean = process.env.EVERGRANT_TRUST_FULL === '1'

/** How many cases: a few hundred in every run, all of them in the full one. */
export function sized(usual: number, full: number): number {
  return FULL ? full : usual
}
