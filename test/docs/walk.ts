import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { type Block, blocksOf } from './markdown.ts'

/** A step of a guide that was taken. */
export type Step =
  | { readonly kind: 'saved'; readonly file: string }
  | { readonly kind: 'ran'; readonly commands: string; readonly printed: string }
  /** What the page shows, and what the commands right before it printed: null where there are none. */
  | { readonly kind: 'shown'; readonly shown: string; readonly printed: string | null }
  | { readonly kind: 'queried'; readonly rows: readonly Record<string, unknown>[] }

export interface WalkOptions {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** What stands in the page for what a reader has: each has to occur in it. */
  readonly replacements: Readonly<Record<string, string>>
  /** Runs the SQL of the page. */
  readonly query?: ((text: string) => Promise<Record<string, unknown>[]>) | undefined
}

/** A reader who follows a guide literally, step by step, in one shell. */
export class Walk {
  readonly #options: WalkOptions
  readonly #page: string
  /** What the shell has exported so far. */
  readonly #exports: string

  constructor(guide: string, options: WalkOptions) {
    this.#options = options
    this.#page = readFileSync(join(projectDirectory, 'docs/guide', guide), 'utf8')
    this.#exports = join(options.directory, '.exports')
    writeFileSync(this.#exports, '')
    const strange = Object.keys(options.replacements).filter(text => !this.#page.includes(text))
    if (strange.length > 0) throw new RangeError(`${guide} does not hold: ${strange.join(', ')}`)
  }

  /** Sets a variable of the shell, as the page says in words. */
  export(name: string, value: string): void {
    appendFileSync(this.#exports, `export ${name}='${value}'\n`)
  }

  /** What a variable of the shell holds now. */
  variable(name: string): string | undefined {
    return new RegExp(`^export ${name}='?([^'\n]*)'?$`, 'm').exec(readFileSync(this.#exports, 'utf8'))?.[1]
  }

  /** Takes step after step. What is to happen between two of them, the caller does there. */
  async *steps(): AsyncGenerator<Step, void> {
    let printed: string | null = null
    for (const block of blocksOf(this.#page)) {
      switch (block.language) {
        case 'sh': {
          const commands = this.#replaced(block.text)
          printed = await this.#shell(commands)
          yield { kind: 'ran', commands, printed }
          break
        }
        case 'text':
          yield { kind: 'shown', shown: block.text, printed }
          printed = null
          break
        case 'sql':
          yield { kind: 'queried', rows: (await this.#options.query?.(block.text)) ?? [] }
          break
        default: {
          const file = fileOf(block)
          if (file === undefined) break
          writeFileSync(join(this.#options.directory, file), block.text)
          yield { kind: 'saved', file }
        }
      }
    }
  }

  /** Runs commands as one script that ends at the first failure. Gives what they printed. */
  async #shell(commands: string): Promise<string> {
    const script = `exec 2>&1\n. ${this.#exports}\n${commands}\nexport -p > ${this.#exports}\n`
    const { directory, environment } = this.#options
    const { code, stdout } = await run('/bin/sh', ['-e', '-c', script], {
      cwd: directory,
      env: environment,
      timeoutMs: 60_000,
    })
    if (code !== 0) throw new Error(`these commands ended with ${code}:\n${commands}${stdout}`)
    return stdout
  }

  #replaced(text: string): string {
    return Object.entries(this.#options.replacements).reduce(
      (replaced, [from, to]) => replaced.replaceAll(from, to),
      text,
    )
  }
}

/** The name that a page tells the reader to save a block under. */
function fileOf({ introduction }: Block): string | undefined {
  return /\bSave this as\s+`(?<name>[\w.]+)`/.exec(introduction)?.groups?.name
}

/** With everything that differs from run to run made equal. */
export function settled(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(instant)')
    .replaceAll(/\b\d+ (s|min) ago\b/g, '(time) ago')
    .replaceAll(/\b5\d min\b/g, '59 min')
    .trimEnd()
}
