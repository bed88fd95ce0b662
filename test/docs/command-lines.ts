import { blocksOf, codesOf } from './markdown.ts'

/** A command line of `evergrant`, as its arguments. */
export type CommandLine = readonly string[]

/** The command lines of a page: in its shell blocks, and in its text as code. */
export function commandLinesIn(page: string): readonly CommandLine[] {
  const inBlocks = blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .flatMap(line => [
      ...line.matchAll(/(?<![\w/.-])(?<!npm install (?:\S+ )*)evergrant(?![\w/.-])(?<rest>.*)/g),
    ])
    .map(({ groups }) => groups?.rest ?? '')
  const inText = codesOf(page.replaceAll(/^```.*?^```$/gms, '')).flatMap(code => commandIn(code))
  return [...inBlocks, ...inText].map(argumentsOf).filter(args => args.length > 0)
}

/** The command lines that a source file shows to people, in backticks. */
export function commandLinesInSource(text: string): readonly CommandLine[] {
  return [...text.matchAll(/\\?`((?:npx )?evergrant [a-z-][^`\\]*)\\?`/g)]
    .flatMap(([, code = '']) => commandIn(code.replaceAll(/\$\{[^}]*\}/g, 'value')))
    .map(argumentsOf)
}

/** What follows the command's name, where a piece of code is a call of it. */
function commandIn(code: string): readonly string[] {
  const rest = /^(?:\w+=\S+\s+)*(?:npx\s+)?evergrant\s(?<rest>.*)$/s.exec(code)?.groups?.rest
  return rest === undefined ? [] : [rest]
}

/** The arguments up to where the shell's own words begin; what stands for a value becomes one. */
function argumentsOf(rest: string): CommandLine {
  const args: string[] = []
  for (const word of rest.split(/\s+/).filter(part => part !== '')) {
    if (/^(?:<|>|\||#|&&|;|2>)/.test(word) && !/^<[\w-]+>/.test(word)) break
    const [bare = '', closing] = word.split(/(?=[)";|])/)
    if (bare !== '') args.push(bare.replace(/^\[?<([\w-]+)>\]?$/, '$1').replace(/^\[(.+)\]$/, '$1'))
    if (closing !== undefined) break
  }
  return args
}
