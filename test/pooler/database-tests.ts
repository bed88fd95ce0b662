import { importsOf, resolveRelative } from '../architecture/imports.ts'
import { isTest, readSources } from '../architecture/source.ts'

/** Where tests get a PostgreSQL from. */
const WAYS = ['test/support/postgres.ts', 'test/support/postgres-server.ts']

/** The test files that use a PostgreSQL server, by what they import, directly or by way of other files. */
export function databaseTests(): readonly string[] {
  const sources = readSources('src', 'test')
  const targets = new Map(
    sources.map(source => [
      source.path,
      importsOf(source).map(({ specifier }) => resolveRelative(source, specifier)),
    ]),
  )
  const reaches = (path: string, seen: Set<string>): boolean => {
    if (WAYS.includes(path)) return true
    if (seen.has(path)) return false
    seen.add(path)
    return (targets.get(path) ?? []).some(target => target !== null && reaches(target, seen))
  }
  return sources.filter(isTest).flatMap(({ path }) => (reaches(path, new Set()) ? [path] : []))
}
