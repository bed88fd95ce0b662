import ts from 'typescript'
import { type Declarations, labelOf, membersOf, sourceOf } from './declarations.ts'

/** Members that mean the same wherever they are, and that the guides explain. */
const SAME_EVERYWHERE: ReadonlySet<string> = new Set([
  'clientId',
  'clientSecret',
  'provider',
  'signal',
  'name',
  'code',
  'kind',
  'type',
  '[Symbol.asyncDispose]',
])

/** What an entry exports without a comment that says what it is. */
export function undocumented({ entries, isOwn }: Declarations): readonly string[] {
  const found = new Set<string>()
  for (const exported of [...entries.values()].flat()) {
    const [declaration] = exported.declarations
    if (declaration === undefined || !isOwn(declaration)) continue
    if (!exported.declarations.some(hasComment)) found.add(`${exported.name} (${sourceOf(declaration)})`)
    const types = exported.declarations.filter(node => !isMadeByDrizzle(node))
    for (const member of types.flatMap(membersOf).filter(node => !isOfOneCase(node))) {
      if (!hasComment(member) && !SAME_EVERYWHERE.has(member.name?.getText() ?? ''))
        found.add(`${labelOf(exported, member)} (${sourceOf(member)})`)
    }
  }
  return [...found]
}

function hasComment(node: ts.Node): boolean {
  const documented = ts.isVariableDeclaration(node) ? node.parent.parent : node
  return ts.getJSDocCommentsAndTags(documented).length > 0
}

// A choice is told as a whole, by the comment of its type: so it is with events and faults.
function isOfOneCase(member: ts.Node): boolean {
  const { parent } = member
  return ts.isTypeLiteralNode(parent) && ts.isUnionTypeNode(parent.parent)
}

// Types of tables hold dozens of members that are no fields of a row.
function isMadeByDrizzle(node: ts.Node): boolean {
  return ts.isVariableDeclaration(node) || sourceOf(node).endsWith('/schema.ts')
}
