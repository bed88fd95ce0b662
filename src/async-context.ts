import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Runs what belongs to no call outside of the asynchronous context of the call that happens to begin it: the request
 * that opened a service would else be in the traces and log lines of its timers for ever. It is the context in which
 * Evergrant was loaded, which as a rule is none.
 */
export const outsideOfCalls: <Result>(work: () => Result) => Result = AsyncLocalStorage.snapshot()
