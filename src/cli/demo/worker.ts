import { EvergrantError } from 'evergrant'
import type { Call, Reply } from './performance.ts'
import { Performer } from './performer.ts'

/*
 * A process of the demo: `node dist/cli/demo/worker.js`, started by `Actor` with a channel to it. It ends with its
 * parent, however that ends; Ctrl-C on the terminal is the parent's to handle.
 */
const performer = new Performer(event => send({ kind: 'event', event }))

process.on('SIGINT', () => {})
process.once('disconnect', () => process.exit())
process.on('message', message => {
  // The parent is this package: it sends nothing but calls.
  void perform(message as Call)
})

async function perform({ id, name, args }: Call): Promise<void> {
  try {
    const call = performer[name] as (...args: readonly unknown[]) => Promise<unknown>
    send({ kind: 'result', id, result: await call.apply(performer, [...args]) })
  } catch (error) {
    send({ kind: 'error', id, ...coded(error) })
  }
}

function coded(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof EvergrantError) return { code: error.code, message: error.message }
  return { code: 'INTERNAL', message: error instanceof Error ? error.name : typeof error }
}

function send(reply: Reply): void {
  // Nobody listens any more: the parent is gone, and so will this process be.
  if (process.connected) process.send?.(reply)
}
