import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectDirectory } from '../support/project.ts'

/** The first TypeScript example after the first heading of a page: what a new user copies. */
export function firstExample(page: string): string | null {
  const heading = page.search(/^# /m)
  if (heading === -1) return null
  return /^```ts\n(.*?)^```$/ms.exec(page.slice(heading))?.[1] ?? null
}

/** Evergrant's entries that a page imports from. */
export function importedEntries(page: string): readonly string[] {
  const found = page.matchAll(/(?:from|import) ?\(?['"](evergrant(?:\/[a-z-]+)?)['"]/g)
  return [...new Set([...found].map(([, specifier = '']) => specifier))]
}

/** Every page of the documentation, by its path. */
export async function readPages(): Promise<ReadonlyMap<string, string>> {
  const inDocs = await readdir(join(projectDirectory, 'docs'), { recursive: true })
  const atRoot = await readdir(projectDirectory)
  const paths = [...atRoot, ...inDocs.map(path => join('docs', path))].filter(path => path.endsWith('.md'))
  const pages = paths.map(async path => [path, await readFile(join(projectDirectory, path), 'utf8')] as const)
  return new Map(await Promise.all(pages))
}
