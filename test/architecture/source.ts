import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { projectDirectory } from '../support/project.ts'

/** A TypeScript file, parsed. Its path is relative to the project, with `/`. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
}

/** A rule that is broken, and where. */
export interface Violation {
  readonly where: string
  readonly what: string
}

export function parseSource(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) }
}

/** Every TypeScript file under the folders. */
export function readSources(...folders: readonly string[]): readonly Source[] {
  return folders.flatMap(folder =>
    readdirSync(join(projectDirectory, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
      .map(entry => join(entry.parentPath, entry.name).slice(projectDirectory.length))
      .sort()
      .map(path => parseSource(path, readFileSync(join(projectDirectory, path), 'utf8'))),
  )
}

export function isTest({ path }: Source): boolean {
  return path.endsWith('.test.ts')
}

/** Calls `visit` for every node of a file, from the top down. */
export function walk({ tree }: Source, visit: (node: ts.Node) => void): void {
  const enter = (node: ts.Node): void => {
    visit(node)
    ts.forEachChild(node, enter)
  }
  enter(tree)
}

/** `path:line`, as editors open it. */
export function placeOf({ path, tree }: Source, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`
}
