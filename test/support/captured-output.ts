import { Output } from '../../src/cli/output.ts'

/** An output that remembers, as a terminal or not. */
export function captureOutput({ terminal = false, json = false, noColor = false, columns = 80 } = {}): {
  readonly output: Output
  readonly stdout: () => string
  readonly stderr: () => string
} {
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) => ({
    isTTY: terminal,
    columns: terminal ? columns : undefined,
    write: (text: string): void => {
      written[name] += text
    },
  })
  return {
    output: new Output({ stdout: stream('stdout'), stderr: stream('stderr') }, { json, noColor }),
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  }
}
