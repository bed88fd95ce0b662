import { styleText } from 'node:util'
import { visible, visibleJson } from './visible-text.ts'
import { USUAL_WIDTH, wrapped } from './wrapped-text.ts'

/** Where text goes: `process.stdout` and `process.stderr`, as far as they are used. */
export interface TextStream {
  readonly isTTY?: boolean | undefined
  /** Of a terminal; 0 where it does not say. */
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** Manners of text. */
export type Style = Parameters<typeof styleText>[0]

function widthOf({ columns }: TextStream): number {
  return columns || USUAL_WIDTH
}

/** What a command prints: text for people, or one JSON document for programs. */
export class Output {
  readonly isJson: boolean
  readonly #stdout: TextStream
  readonly #stderr: TextStream
  readonly #mayColour: boolean
  #showsProgress = false

  constructor(
    streams: { readonly stdout: TextStream; readonly stderr: TextStream },
    options: { readonly json: boolean; readonly noColor: boolean },
  ) {
    this.isJson = options.json
    this.#stdout = streams.stdout
    this.#stderr = streams.stderr
    this.#mayColour = !options.noColor
  }

  /** Whether a person sits in front of standard output. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true
  }

  /** How many columns standard output has; null: it is no terminal, and lines may be of any length. */
  get columns(): number | null {
    return this.isTerminal ? widthOf(this.#stdout) : null
  }

  /** The result of a command: the document with `--json`, else the lines. */
  report(document: object, lines: readonly string[]): void {
    if (this.isJson) this.document(document)
    else for (const line of lines) this.line(line)
  }

  /** The one JSON document. */
  document(value: object): void {
    this.#stdout.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`)
  }

  /** A line on standard output. What comes from outside has gone through {@link visible}. */
  line(text = ''): void {
    this.progress('')
    this.#stdout.write(`${text}\n`)
  }

  /** Text on standard error: what went wrong. Where it is wrapped, it goes on behind `indent`. */
  complain(texts: readonly string[], indent = ''): void {
    this.progress('')
    for (const text of texts) {
      for (const line of wrapped(text, widthOf(this.#stderr), indent)) this.#stderr.write(`${line}\n`)
    }
  }

  /** Text on standard error that a person goes on behind. */
  prompt(text: string): void {
    this.progress('')
    this.#stderr.write(text)
  }

  /** A hint that only a person at a terminal needs. */
  hint(text: string): void {
    if (this.#stderr.isTTY && !this.isJson) this.complain([text])
  }

  /** A line for the time that something takes; the next output replaces it, and '' takes it away. */
  progress(text: string): void {
    if (!this.#stderr.isTTY || this.isJson) return
    if (text !== '' || this.#showsProgress) this.#stderr.write(`\r\u001b[2K${visible(text)}`)
    this.#showsProgress = text !== ''
  }

  /** Text in colour, on a terminal. */
  paint(style: Style, text: string): string {
    return this.#painted(style, text, this.#stdout)
  }

  /** The same for standard error. */
  paintComplaint(style: Style, text: string): string {
    return this.#painted(style, text, this.#stderr)
  }

  #painted(style: Style, text: string, { isTTY }: TextStream): string {
    // Whether there may be colour is decided here, for the stream that the text goes to.
    return isTTY && this.#mayColour ? styleText(style, text, { validateStream: false }) : text
  }
}
