import ts from 'typescript'
import { type Declarations, type ExportedSymbol, nodesOf, sourceOf } from './declarations.ts'

/**
 * Optional fields of exported types that refuse an explicit `undefined`: under `exactOptionalPropertyTypes` a user
 * could not hand on a value that may be absent. What a class inherits from elsewhere does not count.
 */
export function narrowOptionals(all: Declarations): readonly string[] {
  const found = new Set<string>()
  for (const exported of [...all.entries.values()].flat()) {
    const [declaration] = exported.declarations
    if (declaration === undefined || !all.isOwn(declaration)) continue
    for (const property of objectTypesOf(all.checker, exported).flatMap(propertiesOf(all))) {
      if (!(property.flags & ts.SymbolFlags.Optional)) continue
      if (!takesUndefined(all.checker, all.checker.getTypeOfSymbol(property))) {
        found.add(`${exported.name}.${property.name} (${sourceOf(declaration)})`)
      }
    }
  }
  return [...found]
}

/** The type itself, and those that are written out inside its declaration. */
function objectTypesOf(
  checker: ts.TypeChecker,
  { symbol, declarations }: ExportedSymbol,
): readonly ts.Type[] {
  const isType = symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class)
  const inside = declarations
    .flatMap(nodesOf)
    .filter(node => ts.isTypeLiteralNode(node) || ts.isMappedTypeNode(node) || isUtility(node))
    .map(node => checker.getTypeAtLocation(node))
  return isType ? [checker.getDeclaredTypeOfSymbol(symbol), ...inside] : inside
}

// `Partial` and its like make object types of others.
function isUtility(node: ts.Node): boolean {
  return ts.isTypeReferenceNode(node) && /^(?:Partial|Pick|Omit|Readonly)$/.test(node.typeName.getText())
}

function propertiesOf(all: Declarations): (type: ts.Type) => readonly ts.Symbol[] {
  return type => {
    if (type.isUnion()) return type.types.flatMap(propertiesOf(all))
    const properties = all.checker.getPropertiesOfType(type)
    return type.isClass()
      ? properties.filter(({ declarations }) => declarations?.some(all.isOwn))
      : properties
  }
}

// A field without `undefined` in its type has another type in its place, which stands for "not there".
function takesUndefined(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return true
  const undefinedType = checker.getUndefinedType()
  return type === undefinedType || (type.isUnion() && type.types.includes(undefinedType))
}
