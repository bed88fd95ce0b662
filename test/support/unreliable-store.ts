import { StoreUnavailableError } from '../../src/errors.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { TokenStore } from '../../src/ports/store.ts'

/** How the network between a process and its database behaves. */
export interface Line {
  /** Nothing gets through. */
  down: boolean
  /** How long a call takes on its way there, and on its way back. */
  delayMs: (method: string) => number
  /** The answer is lost although the statement ran. */
  losesAnswer: (method: string) => boolean
}

/** A store behind a line that delays, cuts and loses answers. What it did is counted in `calls`. */
export function unreliableStore(
  store: TokenStore,
  clock: Clock,
): { readonly store: TokenStore; readonly line: Line; readonly calls: Map<string, number> } {
  const line: Line = { down: false, delayMs: () => 0, losesAnswer: () => false }
  const calls = new Map<string, number>()
  const cut = (): never => {
    throw new StoreUnavailableError('The database does not answer.', 'ECONNRESET')
  }
  const parts: readonly unknown[] = [store.revocations, store.flows]
  const wrap = <Part extends object>(part: Part, prefix: string): Part =>
    new Proxy(part, {
      get(target, property): unknown {
        const value: unknown = Reflect.get(target, property, target)
        if (parts.includes(value)) return wrap(Object(value), `${String(property)}.`)
        if (typeof value !== 'function' || typeof property !== 'string') return value
        return (...args: unknown[]): Promise<unknown> =>
          call(prefix + property, () => Reflect.apply(value, target, args))
      },
    })
  const call = async (name: string, run: () => unknown): Promise<unknown> => {
    calls.set(name, (calls.get(name) ?? 0) + 1)
    const there = line.delayMs(name)
    if (there > 0) await clock.delay(there)
    if (line.down) cut()
    const result: unknown = await run()
    const back = line.delayMs(name)
    if (back > 0) await clock.delay(back)
    if (line.losesAnswer(name) || line.down) cut()
    return result
  }
  return { store: wrap(store, ''), line, calls }
}
