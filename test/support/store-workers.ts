import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const WORKER = fileURLToPath(new URL('./store-worker.mjs', import.meta.url))

/** What a worker can be told to do: see store-worker.mjs. */
export type WorkerJob = 'open' | 'claim' | 'put'

/**
 * Runs a job in several Node processes, which begin at the same moment.
 * @param compiled The directory that `compileSource` gave.
 * @returns What each of them said.
 * @throws Error one ended with another exit code than 0; its message is the standard error output.
 */
export async function runWorkers(
  count: number,
  compiled: string,
  url: string,
  job: WorkerJob,
  row = 'null',
): Promise<unknown[]> {
  const workers = Array.from({ length: count }, () =>
    spawn(process.execPath, [WORKER, compiled, url, job, row]),
  )
  try {
    const results = workers.map(resultOf)
    const ready = Promise.all(workers.map(worker => once(worker.stdout, 'data')))
    await Promise.race([ready, Promise.all(results)])
    for (const worker of workers) worker.stdin.write('go\n')
    return await Promise.all(results)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
  }
}

async function resultOf(worker: ChildProcess): Promise<unknown> {
  let output = ''
  let errors = ''
  worker.stdout?.on('data', (data: Buffer) => {
    output += data.toString()
  })
  worker.stderr?.on('data', (data: Buffer) => {
    errors += data.toString()
  })
  const [code] = await once(worker, 'close')
  if (code !== 0) throw new Error(`a worker ended with code ${code}:\n${errors}`)
  return JSON.parse(output.replace('ready\n', ''))
}
