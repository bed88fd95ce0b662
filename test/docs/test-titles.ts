import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { projectDirectory } from '../support/project.ts'

/** A test that a page names: its file and its title, as it is written there. */
export interface Proof {
  readonly path: string
  readonly title: string
}

/** The titles of tests and suites in a file, as they are written. */
export function titlesIn(text: string): ReadonlySet<string> {
  const titles = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(test|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('x.test.ts', text, ts.ScriptTarget.Latest, true))
  return titles
}

/** What a page says proves something: a link to a file of tests, and behind a colon one title or several. */
export function proofsIn(page: string): readonly Proof[] {
  const named = page.matchAll(
    /\]\((?:\.\.\/)*(?<path>(?:src|test|simulation)\/[^)]+\.ts)\)[^\]"|;]*: (?<titles>"[^"]+"(?:,\s+"[^"]+")*)/g,
  )
  return [...named].flatMap(({ groups: { path = '', titles = '' } = {} }) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ path, title })),
  )
}

/** The proofs whose file is not there, or has no such title. */
export function missing(proofs: readonly Proof[]): readonly Proof[] {
  const titles = new Map<string, ReadonlySet<string>>()
  for (const { path } of proofs) {
    const file = join(projectDirectory, path)
    if (!titles.has(path))
      titles.set(path, existsSync(file) ? titlesIn(readFileSync(file, 'utf8')) : new Set())
  }
  return proofs.filter(({ path, title }) => titles.get(path)?.has(title) !== true)
}
