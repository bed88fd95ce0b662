/** Ctrl-C, and the polite kill. */
export interface Interruptions {
  readonly signal: AbortSignal
  /** The exit code that a shell expects. Never settles when nothing interrupts. */
  readonly exitCode: Promise<number>
  /** From here on the signals do what they always do. */
  dispose(): void
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** Listens for them once: a second Ctrl-C ends this process at once. */
export function interruptions(): Interruptions {
  const controller = new AbortController()
  let take: (signal: keyof typeof EXIT_CODES) => void = () => {}
  const exitCode = new Promise<number>(resolve => {
    take = signal => {
      controller.abort()
      resolve(EXIT_CODES[signal])
    }
  })
  const onInterrupt = (): void => take('SIGINT')
  const onTerminate = (): void => take('SIGTERM')
  process.once('SIGINT', onInterrupt).once('SIGTERM', onTerminate)
  return {
    signal: controller.signal,
    exitCode,
    dispose: () => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate)
    },
  }
}
