const WIDTH = 30

/** How far long work is: a bar, and the figures. Nothing, once all is done. */
export function progressBar(done: number, total: number): string {
  if (done >= total) return ''
  const filled = Math.round((done / total) * WIDTH)
  return `${'━'.repeat(filled)}${'─'.repeat(WIDTH - filled)} ${done} of ${total}`
}
