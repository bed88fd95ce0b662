import type { Violation } from './source.ts'

/** Names that say nothing about what is inside. */
const empty = new Set([
  ...['util', 'utils', 'utility', 'utilities', 'helper', 'helpers', 'common', 'lib', 'manager', 'managers'],
  ...['misc', 'shared', 'stuff'],
])

/** Folders and files are nouns of the domain, in kebab-case. */
export function badNames(paths: readonly string[]): readonly Violation[] {
  return paths.flatMap(path =>
    path
      .replace(/(?:\.(?:test|config))?\.ts$/, '')
      .split('/')
      .map(name => ({ where: path, what: objectionTo(name) }))
      .filter(({ what }) => what !== ''),
  )
}

function objectionTo(name: string): string {
  if (name.split('-').some(word => empty.has(word))) return `${name} says nothing`
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) ? '' : `${name} is not kebab-case`
}
