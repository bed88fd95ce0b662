import { setTimeout as pause } from 'node:timers/promises'

/** No strike waits longer than this for what it is aimed at. */
const LIMIT_MS = 5_000

/** Strikes that wait for the next thing of their kind to pass through a proxy, on whichever connection. */
export class Aims<Aim> {
  readonly #waiting = new Set<{ readonly aim: Aim; readonly struck: () => void }>()

  /** Settles when something was struck. False: nothing of the kind came. */
  async next(aim: Aim): Promise<boolean> {
    let struck: () => void = () => {}
    const happened = new Promise<true>(resolve => {
      struck = () => resolve(true)
    })
    const entry = { aim, struck }
    this.#waiting.add(entry)
    const ended = new AbortController()
    const tooLate = pause(LIMIT_MS, false as const, { signal: ended.signal }).catch(() => false as const)
    const done = await Promise.race([happened, tooLate])
    ended.abort()
    this.#waiting.delete(entry)
    return done
  }

  /** What is to befall something that passes now; null: nothing. */
  take(isMeant: (aim: Aim) => boolean): Aim | null {
    const entry = [...this.#waiting].find(({ aim }) => isMeant(aim))
    if (entry === undefined) return null
    this.#waiting.delete(entry)
    entry.struck()
    return entry.aim
  }
}
