import { basename, dirname, relative } from 'node:path'

/** How this command was called, so that a line that is printed can be typed: `npx evergrant`, `node dist/…`. */
export function ownName(program: string = process.argv[1] ?? '', directory: string = process.cwd()): string {
  if (basename(program) === 'evergrant') {
    return basename(dirname(program)) === '.bin' ? 'npx evergrant' : 'evergrant'
  }
  const path = relative(directory, program)
  return `node ${quoted(path.startsWith('..') ? program : path)}`
}

/** A word of a shell command line. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
