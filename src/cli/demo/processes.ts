/** Something that runs outside this process and can be ended. */
interface Running {
  end(): Promise<void>
}

/** Every process that the demo has started, so that none outlives it. */
export class Processes {
  readonly #running: Running[] = []
  #ended = false

  /** Remembers it; where everything has ended meanwhile, it ends at once. */
  async add<Process extends Running>(process: Process): Promise<Process> {
    this.#running.push(process)
    if (this.#ended) await process.end()
    return process
  }

  async endAll(): Promise<void> {
    this.#ended = true
    await Promise.all(this.#running.map(process => process.end()))
  }
}
