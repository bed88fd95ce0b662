import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Counts the sockets that this process opens to anywhere while `work` runs, of whichever library. */
export async function socketsOpenedBy(work: () => Promise<unknown>): Promise<number> {
  let opened = 0
  const count = (message: unknown): void => {
    if ((message as { readonly socket?: Socket }).socket !== undefined) opened += 1
  }
  subscribe('net.client.socket', count)
  try {
    await work()
  } finally {
    unsubscribe('net.client.socket', count)
  }
  return opened
}
