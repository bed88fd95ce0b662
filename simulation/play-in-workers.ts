import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { add, emptyTally, type Tally } from './tally.ts'

const project = fileURLToPath(new URL('../', import.meta.url))

export interface Batch {
  readonly from: number
  readonly schedules: number
  readonly workers: number
  /** When to end early: failures are looked at one by one. */
  readonly mostFailures: number
  /** Where the simulation lies. Default: here. */
  readonly worker?: string | undefined
}

/**
 * Plays schedules in several processes, until all are played or enough have failed.
 * @param tell hears of every hundred or so
 * @throws a worker came to a bad end
 */
export async function playInWorkers(batch: Batch, tell: (sum: Tally) => void): Promise<Tally> {
  const { from, schedules, workers, mostFailures } = batch
  const path = batch.worker ?? fileURLToPath(new URL('./worker.ts', import.meta.url))
  const sum = emptyTally()
  const children: ChildProcess[] = []
  let enough = false
  const stop = (): void => {
    enough = true
    for (const child of children) child.kill()
  }
  const ends = Array.from({ length: workers }, (_, place) => {
    const child = fork(path, [from + place, from + schedules, workers, mostFailures].map(String), {
      execArgv: ['--import', 'tsx'],
      cwd: project,
    })
    children.push(child)
    child.on('message', part => {
      add(sum, part as Tally)
      tell(sum)
      if (sum.failures.length >= mostFailures) stop()
    })
    return endOf(child, () => enough)
  })
  try {
    await Promise.all(ends)
  } finally {
    stop()
  }
  sum.failures.sort((a, b) => a.seed - b.seed)
  return sum
}

/** @throws the worker came to a bad end before there was enough */
function endOf(child: ChildProcess, isEnough: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (code === 0 || isEnough()) resolve()
      else reject(new Error(`a worker ended with ${code ?? signal}`))
    })
  })
}
