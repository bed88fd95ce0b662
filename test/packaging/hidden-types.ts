import ts from 'typescript'
import { behindAliases, type Declarations, nodesOf, sourceOf } from './declarations.ts'

/**
 * Types of ours that an exported declaration names, and that neither its entry exports nor the main one, which every
 * user has: nobody can write them down.
 */
export function hiddenTypes({ checker, entries, isOwn }: Declarations, main: string): readonly string[] {
  const found = new Set<string>()
  const everywhere = entries.get(main) ?? []
  for (const [entry, exported] of entries) {
    const visible = new Set([...exported, ...everywhere].map(({ symbol }) => symbol))
    for (const { name, declarations } of exported) {
      for (const node of declarations.flatMap(nodesOf)) {
        const named = nameIn(node)
        const local = named === null ? undefined : checker.getSymbolAtLocation(named)
        const symbol = local === undefined ? undefined : behindAliases(checker, local)
        const [declaration] = symbol?.declarations ?? []
        if (symbol === undefined || declaration === undefined || visible.has(symbol)) continue
        if (ts.isTypeParameterDeclaration(declaration) || !isOwn(declaration)) continue
        if (!isTopLevel(declaration)) continue
        found.add(`${entry} does not export ${symbol.name} (${sourceOf(declaration)}), which ${name} names`)
      }
    }
  }
  return [...found]
}

function nameIn(node: ts.Node): ts.Node | null {
  if (ts.isTypeReferenceNode(node)) return node.typeName
  if (ts.isExpressionWithTypeArguments(node)) return node.expression
  if (ts.isImportTypeNode(node)) return node.qualifier ?? null
  if (ts.isTypeQueryNode(node)) return node.exprName
  return null
}

function isTopLevel(declaration: ts.Declaration): boolean {
  const { parent } = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  return ts.isSourceFile(parent)
}
