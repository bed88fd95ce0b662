import { appendFileSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/*
 * Loaded by NODE_OPTIONS into every Node process of a test, with the file to write to in its own address. Writes
 * down what everybody on the machine may read of the process: its arguments, when it starts and when it ends.
 */
const file = fileURLToPath(new URL(new URL(import.meta.url).searchParams.get('to')))

function record() {
  appendFileSync(file, `${JSON.stringify(readFileSync('/proc/self/cmdline', 'utf8').split('\0'))}\n`)
}

record()
process.on('exit', record)
