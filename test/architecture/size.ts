import ts from 'typescript'
import { placeOf, type Source, type Violation, walk } from './source.ts'

export const longestFile = 400
export const longestFunction = 60

/** Files past the limit. */
export function longFiles(sources: readonly Source[]): readonly Violation[] {
  return sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > longestFile)
    .map(({ path, lines }) => ({ where: path, what: `${lines} lines` }))
}

/** Functions past the limit. A list of tests is a chapter, not a function. */
export function longFunctions(sources: readonly Source[]): readonly Violation[] {
  return sources.flatMap(source => {
    const found: Violation[] = []
    walk(source, node => {
      if (!ts.isFunctionLike(node) || isChapter(node)) return
      const lines = lineOf(source, node.getEnd()) - lineOf(source, node.getStart(source.tree)) + 1
      if (lines > longestFunction) found.push({ where: placeOf(source, node), what: `${lines} lines` })
    })
    return found
  })
}

function lineOf({ tree }: Source, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line
}

/** A function that registers tests: the callback of a `describe`, the body of a contract suite. */
function isChapter(node: ts.SignatureDeclaration): boolean {
  if (ts.isCallExpression(node.parent) && registersTests(node.parent)) {
    return /^describe\b/.test(node.parent.expression.getText())
  }
  const body = 'body' in node ? node.body : undefined
  if (body === undefined || !ts.isBlock(body)) return false
  return body.statements.some(
    statement =>
      ts.isExpressionStatement(statement) &&
      ts.isCallExpression(statement.expression) &&
      registersTests(statement.expression),
  )
}

function registersTests(call: ts.CallExpression): boolean {
  return /^(?:describe|test)\b/.test(call.expression.getText())
}
