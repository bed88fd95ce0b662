/**
 * Bounds the requests in flight at each token endpoint. A slot is taken before the claim, so that no lease runs
 * down in a queue.
 */
export class RequestSlots {
  readonly #perEndpoint: number
  readonly #endpoints = new Map<string, { taken: number; readonly waiting: (() => void)[] }>()

  constructor(perEndpoint: number) {
    this.#perEndpoint = perEndpoint
  }

  /** Waits for a slot; the function returned gives it back. */
  async take(endpoint: string): Promise<() => void> {
    let queue = this.#endpoints.get(endpoint)
    if (queue === undefined) {
      queue = { taken: 0, waiting: [] }
      this.#endpoints.set(endpoint, queue)
    }
    const slots = queue
    if (slots.taken < this.#perEndpoint) slots.taken += 1
    else await new Promise<void>(resolve => slots.waiting.push(resolve))

    let held = true
    return () => {
      if (!held) return
      held = false
      this.#giveBack(endpoint, slots)
    }
  }

  // A slot goes straight to the next in the queue; nobody who comes later can overtake.
  #giveBack(endpoint: string, slots: { taken: number; readonly waiting: (() => void)[] }): void {
    const next = slots.waiting.shift()
    if (next !== undefined) {
      next()
      return
    }
    slots.taken -= 1
    if (slots.taken === 0) this.#endpoints.delete(endpoint)
  }
}
