import ts from 'typescript'
import { isTest, placeOf, type Source, type Violation, walk } from './source.ts'

/** A rule about single nodes: what is wrong with one, or null. */
type NodeRule = (node: ts.Node) => string | null

/** Where a rule holds. */
type Scope = (source: Source) => boolean

/** Applies a rule wherever it holds. */
function check(sources: readonly Source[], scope: Scope, rule: NodeRule): readonly Violation[] {
  return sources.filter(scope).flatMap(source => {
    const found: Violation[] = []
    walk(source, node => {
      const what = rule(node)
      if (what !== null) found.push({ where: placeOf(source, node), what })
    })
    return found
  })
}

/** Time is read in `src/clock.ts` alone; everybody else is given it. */
export function readsOfTime(sources: readonly Source[]): readonly Violation[] {
  return check(
    sources,
    source => !isTest(source) && source.path !== 'src/clock.ts',
    node => {
      if (isMember(node, 'Date', 'now') || isMember(node, 'performance', 'now')) return node.getText()
      if (isMember(node, 'process', 'hrtime') || isMember(node, 'process', 'uptime')) return node.getText()
      const makesDate =
        (ts.isNewExpression(node) || ts.isCallExpression(node)) && isName(node.expression, 'Date')
      if (makesDate && (ts.isCallExpression(node) || (node.arguments ?? []).length === 0))
        return 'the current Date'
      return null
    },
  )
}

/** `lifecycle/` is arithmetic: no randomness, no async, no throw. */
export function impurities(sources: readonly Source[]): readonly Violation[] {
  return check(
    sources,
    source => source.path.startsWith('src/lifecycle/') && !isTest(source),
    node => {
      if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async'
      if (ts.isAwaitExpression(node)) return 'await'
      if (ts.isThrowStatement(node)) return 'throw'
      if (isMember(node, 'Math', 'random')) return 'Math.random'
      if (isName(node, 'crypto') || isName(node, 'randomUUID')) return node.getText()
      return null
    },
  )
}

/** Holes in the types, default exports, and comments that silence the compiler. */
export function typeHoles(sources: readonly Source[]): readonly Violation[] {
  const silenced = sources.filter(({ text }) => /@ts-(?:ignore|expect-error|nocheck)/.test(text))
  return [
    ...silenced.map(({ path }) => ({ where: path, what: 'a comment that silences the compiler' })),
    ...check(
      sources,
      () => true,
      node => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any'
        if (ts.isNonNullExpression(node)) return 'a non-null !'
        if (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent))
          return 'a default export'
        if (ts.isExportAssignment(node)) return 'a default export'
        if (ts.isExportSpecifier(node) && node.name.text === 'default') return 'a default export'
        return null
      },
    ),
  ]
}

const builtInErrors = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'AggregateError',
  'EvalError',
])

/** Only coded errors are thrown: a caller cannot tell one bare `Error` from another. */
export function bareErrors(sources: readonly Source[]): readonly Violation[] {
  return check(
    sources,
    source => !isTest(source),
    node => {
      if (!ts.isThrowStatement(node)) return null
      const thrown = node.expression
      const made = ts.isNewExpression(thrown) || ts.isCallExpression(thrown)
      return made && ts.isIdentifier(thrown.expression) && builtInErrors.has(thrown.expression.text)
        ? `throws ${thrown.expression.text}`
        : null
    },
  )
}

/** The environment is read in one place; the command line looks there for colours and its config file. */
export function readsOfEnvironment(sources: readonly Source[]): readonly Violation[] {
  return check(
    sources,
    source => !isTest(source) && source.path !== 'src/environment.ts' && !source.path.startsWith('src/cli/'),
    node => {
      if (isMember(node, 'process', 'env')) return 'process.env'
      const named = ts.isImportSpecifier(node) && (node.propertyName ?? node.name).text === 'env'
      return named && /^node:process$/.test(specifierOf(node)) ? 'env of node:process' : null
    },
  )
}

function specifierOf(node: ts.ImportSpecifier): string {
  const { moduleSpecifier } = node.parent.parent.parent
  return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : ''
}

function isName(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name
}

function isMember(node: ts.Node, object: string, member: string): boolean {
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: key } = node
    return endsWith(node.expression, object) && ts.isStringLiteralLike(key) && key.text === member
  }
  return ts.isPropertyAccessExpression(node) && endsWith(node.expression, object) && node.name.text === member
}

/** `process`, and `globalThis.process`. */
function endsWith(node: ts.Node, name: string): boolean {
  return isName(node, name) || (ts.isPropertyAccessExpression(node) && node.name.text === name)
}
