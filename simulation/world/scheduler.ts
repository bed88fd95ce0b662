import type { Dice } from './dice.ts'

interface Event {
  readonly at: number
  /** Decides between events of the same instant. */
  readonly tie: number
  readonly run: () => void
}

/**
 * Owns time and every interleaving. One event happens at a time; what waits for it runs to its end, by microtasks
 * alone, before the next. Events of the same instant happen in an order that the dice decide.
 */
export class Scheduler {
  readonly #dice: Dice
  readonly #queue: Event[] = []
  #now = 0
  #steps = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  /** The true time, in ms since the world began. No process knows it. */
  get now(): number {
    return this.#now
  }

  get steps(): number {
    return this.#steps
  }

  after(ms: number, run: () => void): void {
    this.#push({ at: this.#now + Math.max(0, ms), tie: this.#dice.fraction(), run })
  }

  at(instant: number, run: () => void): void {
    this.after(instant - this.#now, run)
  }

  /**
   * Lets everything happen up to `end`.
   * @param mostSteps a world that needs more runs in circles
   */
  run(end: number, mostSteps: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          const next = this.#queue[0]
          if (next === undefined || next.at > end) {
            this.#now = end
            resolve()
            return
          }
          if (this.#steps >= mostSteps) throw new RangeError(`more than ${mostSteps} steps`)
          this.#pop()
          this.#steps += 1
          this.#now = next.at
          next.run()
        } catch (error) {
          reject(error)
          return
        }
        // By then Node has run every microtask that the event has set off, and those that they have.
        setImmediate(step)
      }
      step()
    })
  }

  #push(event: Event): void {
    const queue = this.#queue
    let place = queue.length
    queue.push(event)
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = queue[parent]
      if (above === undefined || !isEarlier(event, above)) break
      queue[place] = above
      place = parent
    }
    queue[place] = event
  }

  #pop(): void {
    const queue = this.#queue
    const last = queue.pop()
    if (last === undefined || queue.length === 0) return
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const [a, b] = [queue[left], queue[left + 1]]
      if (a === undefined) break
      const [child, at] = b !== undefined && isEarlier(b, a) ? [b, left + 1] : [a, left]
      if (!isEarlier(child, last)) break
      queue[place] = child
      place = at
    }
    queue[place] = last
  }
}

function isEarlier(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie)
}
