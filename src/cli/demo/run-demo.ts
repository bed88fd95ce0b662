import { systemClock } from 'evergrant/admin'
import type { Output } from '../output.ts'
import { visible } from '../visible-text.ts'
import type { Chapter } from './chapter.ts'
import { playEncore } from './encore.ts'
import type { Finding } from './finding.ts'
import { interruptions } from './interruptions.ts'
import { refuseSecondDemo } from './one-at-a-time.ts'
import {
  commandToLook,
  commandToRemove,
  type DemoPlace,
  describePlace,
  enterDemoPlace,
  factsOf,
} from './place.ts'
import { Processes } from './processes.ts'
import { type Stage, setStage } from './stage.ts'
import { story } from './story.ts'
import { Teller } from './teller.ts'

const TITLE = 'Evergrant keeps OAuth tokens fresh, in your own database.'

/** Runs the demo. Gives the exit code: 0 when every line holds. Ctrl-C ends it, and everything it started. */
export async function runDemo(output: Output, { once }: { readonly once: boolean }): Promise<number> {
  const interruption = interruptions()
  const processes = new Processes()
  const teller = new Teller(output)
  const performed = perform(output, teller, processes, interruption.signal, once)
  try {
    const interrupted = interruption.exitCode.then(exitCode => (teller.isClosed ? teller.exitCode : exitCode))
    return await Promise.race([performed, interrupted])
  } finally {
    // After an interruption, what is still under way fails because its processes end here.
    performed.catch(() => {})
    await processes.endAll()
    interruption.dispose()
    if (interruption.signal.aborted) teller.end('Stopped, with everything the demo had started.')
  }
}

async function perform(
  output: Output,
  teller: Teller,
  processes: Processes,
  signal: AbortSignal,
  once: boolean,
): Promise<number> {
  const startedAt = systemClock.monotonicMs()
  const place = await enterDemoPlace()
  await refuseSecondDemo(place)
  teller.open(TITLE, factsOf(place))
  output.progress('  Starting a local Zoho and four processes …')
  const stage = await setStage(place, processes)
  teller.facts([
    ['provider', `a local Zoho in a process of its own, ${stage.zoho.url}`],
    ['tokens', 'live for seconds here, so that you can watch'],
  ])
  for (const [index, chapter] of story.entries()) {
    teller.expect(index + 1, chapter.title)
    const { finding, mayGoOn } = await play(chapter, stage)
    if (signal.aborted) return teller.exitCode
    teller.tell(index + 1, chapter.title, finding)
    if (!mayGoOn) break
  }
  const elapsedMs = systemClock.monotonicMs() - startedAt
  const goesOn = !once && teller.holds
  close(teller, place, elapsedMs, goesOn)
  if (output.isJson) output.document(documentOf(teller, place, elapsedMs))
  if (goesOn) await playEncore(stage, output, signal)
  return teller.exitCode
}

/** Where a line breaks off, the next ones would find a stage that they do not know. */
async function play(
  chapter: Chapter,
  stage: Stage,
): Promise<{ readonly finding: Finding; readonly mayGoOn: boolean }> {
  try {
    return { finding: await chapter.play(stage), mayGoOn: true }
  } catch (error) {
    const found = error instanceof Error ? error.message : typeof error
    return {
      finding: { checks: [{ holds: false, expected: 'no error', found }], details: [] },
      mayGoOn: false,
    }
  }
}

function close(teller: Teller, place: DemoPlace, elapsedMs: number, goesOn: boolean): void {
  const holding = teller.told.filter(({ holds }) => holds).length
  teller.close([
    `${holding} of ${story.length} hold, checked in ${(elapsedMs / 1_000).toFixed(1)} s.`,
    '',
    `The database stays: ${visible(describePlace(place))}`,
    `Look at it:         ${visible(commandToLook(place))}`,
    `Remove it:          ${visible(commandToRemove(place))}`,
    ...(goesOn ? ['', 'The provider goes on. Each background refresh is a line; Ctrl-C ends it.'] : []),
  ])
}

function documentOf(teller: Teller, place: DemoPlace, elapsedMs: number): object {
  return {
    holds: teller.holds,
    elapsedMs: Math.round(elapsedMs),
    database: place.database,
    schema: place.schema ?? null,
    lookWith: commandToLook(place),
    removeWith: commandToRemove(place),
    lines: teller.told,
  }
}
