import { parseArgs } from 'node:util'
import type { Form } from './mode.ts'
import { definitionOf, modes } from './modes.ts'
import { type Plan, points, rotations } from './plan.ts'
import { type Plant, plants } from './planted.ts'

/** What a run is told on its command line. */
export interface RunOptions {
  readonly plans: readonly Plan[]
  /** Where the results go as JSON; null: nowhere. */
  readonly json: string | null
  /** Where the tables go as Markdown; null: nowhere. */
  readonly markdown: string | null
  /** What the JSON file has of this very code is not played again. */
  readonly resume: boolean
  /** Where all goes that the judge went by; null: nowhere. */
  readonly evidence: string | null
  /** The bug to plant; null: none. */
  readonly plant: Plant | null
  readonly help: boolean
}

export const help = `npm run chaos -- [options]
What becomes of grants when processes and databases die.

  --form <name>      short: what CI runs (default); full: about an hour
  --mode <name>      one mode only:
${listed(modes)}
  --rotation <name>  one kind of provider only: ${rotations.join(', ')}
  --point <name>     strikes at one crash point only: C0 to C8,
                     in kill, freeze and sqlite
  --cycles <n>       disturbances in each campaign, 1 to 99999
  --seed <n>         draws another campaign, 0 to 4294967295 (default 1)
  --json <file>      writes the results there, too, after each campaign
  --resume           plays only what the file of --json does not have yet
  --markdown <file>  writes the tables there, too
  --evidence <file>  writes there all that the judge went by
  --plant <bug>      plants a bug first, which must be found:
${listed(Object.keys(plants))}
  --help             this page

Exit code 1: a promise of docs/reliability.md did not hold; 2: a wrong option,
or a mode needs a program that is not there.`

/** Names in the second column of the help, in as many lines as they need. */
function listed(names: readonly string[]): string {
  const lines = ['']
  for (const name of names) {
    const line = lines.at(-1) ?? ''
    if (line.length + name.length <= 56) lines[lines.length - 1] = `${line}${line && ', '}${name}`
    else lines.splice(-1, 1, `${line},`, name)
  }
  return lines.map(line => `${' '.repeat(21)}${line}`).join('\n')
}

/** @throws TypeError an option that does not exist. @throws RangeError a value that is none. */
export function optionsIn(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      form: { type: 'string', default: 'short' },
      mode: { type: 'string' },
      rotation: { type: 'string' },
      point: { type: 'string' },
      cycles: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      resume: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      evidence: { type: 'string' },
      plant: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.resume && values.json === undefined) throw new RangeError('--resume needs --json')
  const form = oneOf<Form>('form', values.form, ['short', 'full'])
  const chosenModes = values.mode === undefined ? modes : [oneOf('mode', values.mode, modes)]
  const chosenRotations =
    values.rotation === undefined ? rotations : [oneOf('rotation', values.rotation, rotations)]
  const point = values.point === undefined ? null : oneOf('point', values.point, points)
  const cycles = values.cycles === undefined ? null : numberOf('cycles', values.cycles, 1, 99_999)
  const seed = numberOf('seed', values.seed, 0, 2 ** 32 - 1)
  const plans = chosenModes.flatMap(mode =>
    chosenRotations.map(rotation => ({
      mode,
      rotation,
      cycles: cycles ?? definitionOf(mode).cycles[form][rotation],
      seed,
      point,
    })),
  )
  return {
    plans: plans.filter(plan => plan.cycles > 0),
    json: values.json ?? null,
    resume: values.resume,
    markdown: values.markdown ?? null,
    evidence: values.evidence ?? null,
    plant: values.plant === undefined ? null : oneOf('plant', values.plant, Object.keys(plants) as Plant[]),
    help: values.help,
  }
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find(name => name === value)
  if (found === undefined) throw new RangeError(`--${option} is one of ${names.join(', ')}`)
  return found
}

function numberOf(option: string, value: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return number
  throw new RangeError(`--${option} takes a number from ${least} to ${most}`)
}
