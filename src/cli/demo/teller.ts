import { EXIT } from '../failure.ts'
import type { Output } from '../output.ts'
import { visible } from '../visible-text.ts'
import type { Check, Finding } from './finding.ts'

/** A line of the story, as the JSON document has it. */
export interface Told {
  readonly number: number
  readonly title: string
  readonly holds: boolean
  readonly details: readonly string[]
  /** What does not hold. */
  readonly broken: readonly Pick<Check, 'expected' | 'found'>[]
}

/** Names with what there is to say of them; '' goes on with the name above. */
export type Facts = readonly (readonly [name: string, value: string])[]

const LONGEST_NAME = 'database'.length
const INDENT = '        '

/** Tells the story line by line: a line counts only when everything that was checked for it holds. */
export class Teller {
  readonly #output: Output
  readonly #told: Told[] = []
  #isClosed = false

  constructor(output: Output) {
    this.#output = output
  }

  get told(): readonly Told[] {
    return this.#told
  }

  /** Whether every line so far holds. */
  get holds(): boolean {
    return this.#told.every(({ holds }) => holds)
  }

  /** Whether the story is told. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  get exitCode(): number {
    return this.holds ? EXIT.done : EXIT.failed
  }

  /** The title, and where everything is. */
  open(title: string, facts: Facts): void {
    this.#say('', `  ${this.#output.paint('bold', title)}`, '')
    this.#list(facts)
  }

  /** The facts that are known only later; the story follows. */
  facts(facts: Facts): void {
    this.#list(facts)
    this.#say('')
  }

  #list(facts: Facts): void {
    for (const [name, value] of facts) {
      this.#say(`  ${this.#output.paint('dim', name.padEnd(LONGEST_NAME))}  ${visible(value)}`)
    }
  }

  /** What is going on, while it takes its time. */
  expect(number: number, title: string): void {
    this.#output.progress(`  ${numbered(number)}  …  ${title}`)
  }

  tell(number: number, title: string, { checks, details }: Finding): void {
    const broken = checks.filter(({ holds }) => !holds).map(({ expected, found }) => ({ expected, found }))
    const holds = broken.length === 0
    this.#told.push({ number, title, holds, details, broken })
    const mark = holds ? this.#output.paint('green', '✓') : this.#output.paint(['bold', 'red'], '✗')
    this.#say(`  ${numbered(number)}  ${mark}  ${holds ? title : this.#output.paint('bold', title)}`)
    for (const { expected, found } of broken) {
      this.#say(`${INDENT} expected ${visible(expected)}`, `${INDENT}    found ${visible(found)}`)
    }
    for (const detail of details) this.#say(`${INDENT} ${this.#output.paint('dim', visible(detail))}`)
  }

  /** What comes after the last lines. */
  end(text: string): void {
    this.#say('', `  ${text}`)
  }

  /** The last lines. */
  close(lines: readonly string[]): void {
    this.#isClosed = true
    this.#say('', ...lines.map(line => (line === '' ? '' : `  ${line}`)), '')
  }

  #say(...lines: readonly string[]): void {
    if (this.#output.isJson) return
    for (const line of lines) this.#output.line(line)
  }
}

function numbered(number: number): string {
  return String(number).padStart(2)
}
