import type { Output } from '../output.ts'
import { visible } from '../visible-text.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Says on Ctrl-C what became of the account, while something is waited for. */
export async function tellingWhenInterrupted<Result>(
  output: Output,
  text: string,
  wait: () => Promise<Result>,
): Promise<Result> {
  const tell = (): void => output.complain([text])
  for (const signal of SIGNALS) process.once(signal, tell)
  try {
    return await wait()
  } finally {
    for (const signal of SIGNALS) process.off(signal, tell)
  }
}

/** While nothing has come back yet. */
export const NOTHING_CONNECTED = 'Ended. Nothing was connected, and what was connected before is as it was.'

/** While an answer may be on its way: it is stored, or nothing is. */
export function lookAtStatus(clientId: string): string {
  return `Ended. What the provider had granted by then is stored: \`evergrant status ${visible(clientId)}\` tells.`
}
