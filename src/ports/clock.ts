/** Options of {@link Clock.delay}. */
export interface DelayOptions {
  /** Ends the delay early; the promise then resolves like any other. */
  readonly signal?: AbortSignal | undefined
  /** Whether the delay alone keeps the process alive. Default false. */
  readonly keepAlive?: boolean | undefined
}

/** Time. Two clocks, because a wall clock jumps: instants come from `wallMs`, durations from `monotonicMs`. */
export interface Clock {
  /** Milliseconds since the epoch by this machine's clock, which may be wrong. */
  wallMs(): number
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number
  /** Resolves after `ms` milliseconds, or when the signal fires. Never rejects. */
  delay(ms: number, options?: DelayOptions): Promise<void>
}
