import { importsOf, resolveRelative } from './imports.ts'
import { isTest, type Source } from './source.ts'

/** Rings of imports, types and `import()` included, each as `a -> b -> a`. */
export function cycles(sources: readonly Source[]): readonly string[] {
  const targets = new Map(
    sources.filter(source => !isTest(source)).map(source => [source.path, relativeTargets(source)]),
  )
  const found: string[] = []
  const done = new Set<string>()

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) {
      found.push([...trail.slice(start), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  return found
}

/** The packages that are loaded together with a file, before anything is called. */
export function packagesLoadedBy(path: string, sources: readonly Source[]): ReadonlySet<string> {
  const byPath = new Map(sources.map(source => [source.path, source]))
  const packages = new Set<string>()
  const seen = new Set<string>()

  const visit = (current: string): void => {
    const source = byPath.get(current)
    if (source === undefined || seen.has(current)) return
    seen.add(current)
    for (const { specifier, kind } of importsOf(source)) {
      if (kind !== 'at_once') continue
      const target = resolveRelative(source, specifier)
      if (target === null) packages.add(specifier)
      else visit(target)
    }
  }
  visit(path)
  return packages
}

function relativeTargets(source: Source): readonly string[] {
  return importsOf(source)
    .map(({ specifier }) => resolveRelative(source, specifier))
    .filter(target => target !== null)
}
