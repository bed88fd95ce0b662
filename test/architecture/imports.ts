import { posix } from 'node:path'
import ts from 'typescript'
import { placeOf, type Source, walk } from './source.ts'

/** `at_once`: loaded with the file. `later`: by `import()`. `type`: gone after compilation. */
export type ImportKind = 'at_once' | 'later' | 'type'

export interface Import {
  readonly specifier: string
  readonly kind: ImportKind
  readonly where: string
}

/** Every import of a file: static, type-only, dynamic, re-exported, and `import('x').T` in a type. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = []
  walk(source, node => {
    const specifier = specifierOf(node)
    if (specifier !== null) found.push({ specifier, kind: kindOf(node), where: placeOf(source, node) })
  })
  return found
}

/** The project's path that a relative specifier names; null for a package. */
export function resolveRelative(source: Source, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : null
}

function specifierOf(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier)
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : null
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return textOf(node.arguments[0])
  }
  return null
}

function textOf(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null
}

function kindOf(node: ts.Node): ImportKind {
  if (ts.isCallExpression(node)) return 'later'
  if (ts.isImportTypeNode(node)) return 'type'
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? 'type' : 'at_once'
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'at_once'
}
