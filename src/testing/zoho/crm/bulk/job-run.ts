import { sendCallback } from '../callback.ts'
import type { CrmState } from '../state.ts'

/** How long what a job made can be fetched. */
export const KEPT_MS = 86_400_000

/** What jobs need beside the state. */
export interface JobPlace {
  readonly state: CrmState
  /** Fires when the server closes: jobs end. */
  readonly closing: AbortSignal
}

/** The stages of a job, and what it says to its callback. */
export interface Job {
  readonly start: () => void
  readonly finish: () => void
  readonly callback: URL | null
  /** What the callback is told, once the job is over. */
  readonly told: () => object
}

/** Runs a job: it waits in the queue, then it takes its time, then its callback is told. */
export async function runJob({ state, closing }: JobPlace, job: Job): Promise<void> {
  const { clock, settings } = state
  await clock.delay(settings.bulkQueueMs, { signal: closing })
  if (closing.aborted) return
  job.start()
  await clock.delay(settings.bulkWorkMs, { signal: closing })
  if (closing.aborted) return
  job.finish()
  if (job.callback !== null) await sendCallback(state, closing, job.callback, job.told())
}
