import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { UsageError } from './failure.ts'
import type { Output } from './output.ts'

/** A person who can be asked: standard input and standard error are a terminal, and nobody waits for JSON. */
export function canAsk(output: Output): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !output.isJson
}

/** Asks for a yes. Anything else, Ctrl-D too, is a no. */
export async function askYes(question: string): Promise<boolean> {
  const lines = linesOfTerminal(process.stderr)
  try {
    return /^y(es)?$/i.test((await answerOf(lines, `${question} [y/N] `))?.trim() ?? '')
  } finally {
    lines.close()
  }
}

/**
 * A secret: asked for on the terminal without an echo, else the whole of standard input.
 * @throws UsageError there is none
 */
export async function readSecret(question: string, output: Output): Promise<string> {
  const typed = process.stdin.isTTY
    ? await askHidden(`${question} (it is not shown): `, output)
    : await text(process.stdin)
  const secret = typed?.trim() ?? ''
  if (secret === '') throw new UsageError('Nothing came on standard input. Send the code there, or type it.')
  return secret
}

async function askHidden(question: string, output: Output): Promise<string | null> {
  // The echo is off before anybody is asked.
  const lines = linesOfTerminal(new Writable({ write: (_chunk, _encoding, done) => done() }))
  try {
    output.prompt(question)
    return await answerOf(lines, '')
  } finally {
    lines.close()
    output.prompt('\n')
  }
}

function linesOfTerminal(echo: NodeJS.WritableStream): Interface {
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true, historySize: 0 })
  // The terminal gives the key to us, and not the signal.
  lines.on('SIGINT', () => {
    if (!process.emit('SIGINT', 'SIGINT')) process.exit(130)
  })
  return lines
}

/** Null: the input ended. */
function answerOf(lines: Interface, question: string): Promise<string | null> {
  return new Promise(resolve => {
    lines.once('close', () => resolve(null))
    lines.question(question, resolve)
  })
}
