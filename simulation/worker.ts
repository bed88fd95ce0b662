import { play } from './play.ts'

/** A worker plays every so-manieth seed: `worker.ts <first> <end> <stride> <most failures>`. What came of them goes to its parent. */
const [first = 0, end = 0, stride = 1, mostFailures = 1] = process.argv.slice(2).map(Number)

function* seeds(): Generator<number> {
  for (let seed = first; seed < end; seed += stride) yield seed
}

// Nobody listens any more: the main process has ended.
process.on('disconnect', () => process.exit())

await play(seeds(), mostFailures, part => process.send?.(part))
process.disconnect?.()
