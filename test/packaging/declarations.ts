import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { projectDirectory } from '../support/project.ts'

/** The declarations of some entries, as the compiler reads them. */
export interface Declarations {
  readonly checker: ts.TypeChecker
  /** What each entry exports, by the entry's name. */
  readonly entries: ReadonlyMap<string, readonly ExportedSymbol[]>
  /** Whether a node stands in the package's own files. */
  isOwn(node: ts.Node): boolean
}

export interface ExportedSymbol {
  /** As users import it. */
  readonly name: string
  /** Behind all re-exports. */
  readonly symbol: ts.Symbol
  readonly declarations: readonly ts.Declaration[]
}

/** A member of an exported type: of an interface, a class, or an object type that is written out. */
export type Member = ts.TypeElement | ts.ClassElement

/** Reads the built declarations of every entry that package.json declares. */
export function readDeclarations(): Declarations {
  const { name, exports } = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8'))
  const entries = new Map<string, string>()
  for (const [entry, target] of Object.entries<{ types?: string }>(exports)) {
    if (target.types !== undefined)
      entries.set(entry.replace('.', name), join(projectDirectory, target.types))
  }
  const missing = [...entries.values()].filter(path => !existsSync(path))
  if (missing.length > 0) throw new Error(`Not built: ${missing.join(', ')}. Run npm run build.`)
  return declarationsOf(entries, new Map())
}

/** The declarations of entries by their paths. `texts` are files that only the compiler sees. */
export function declarationsOf(
  entries: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): Declarations {
  const { config } = ts.readConfigFile(join(projectDirectory, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, projectDirectory)
  const compilerOptions = { ...options, paths: {}, noEmit: true }
  const host = ts.createCompilerHost(compilerOptions)
  const { directoryExists, fileExists, readFile, getSourceFile } = host
  const folders = new Set([...texts.keys()].map(path => dirname(path)))
  host.directoryExists = path => folders.has(path) || (directoryExists?.(path) ?? true)
  host.fileExists = path => texts.has(path) || fileExists(path)
  host.readFile = path => texts.get(path) ?? readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const text = texts.get(path)
    return text === undefined
      ? getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language)
  }
  const program = ts.createProgram([...entries.values()], compilerOptions, host)
  const checker = program.getTypeChecker()
  return {
    checker,
    entries: new Map([...entries].map(([name, path]) => [name, exportsOf(program, checker, path)])),
    isOwn: node => {
      const { fileName } = node.getSourceFile()
      return texts.has(fileName) || fileName.startsWith(join(projectDirectory, 'dist/'))
    },
  }
}

function exportsOf(program: ts.Program, checker: ts.TypeChecker, path: string): readonly ExportedSymbol[] {
  const file = program.getSourceFile(path)
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
  if (module === undefined) throw new Error(`${path} exports nothing.`)
  return checker.getExportsOfModule(module).map(exported => {
    const symbol = behindAliases(checker, exported)
    return { name: exported.name, symbol, declarations: symbol.declarations ?? [] }
  })
}

export function behindAliases(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Every node of a declaration, from the top down. */
export function nodesOf(declaration: ts.Node): readonly ts.Node[] {
  const nodes: ts.Node[] = []
  const enter = (node: ts.Node): void => {
    nodes.push(node)
    ts.forEachChild(node, enter)
  }
  enter(declaration)
  return nodes
}

/** The members of a declaration, those of object types inside it included. Private ones are no members here. */
export function membersOf(declaration: ts.Declaration): readonly Member[] {
  return nodesOf(declaration).filter(isMember).filter(isPublic)
}

function isMember(node: ts.Node): node is Member {
  return (
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessorDeclaration(node)
  )
}

function isPublic(member: Member): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  const { name } = member
  const isHidden = (ts.getCombinedModifierFlags(member as ts.Declaration) & hidden) !== 0
  return !isHidden && name !== undefined && !ts.isPrivateIdentifier(name)
}

/** `Name.member`, for a report. */
export function labelOf(exported: ExportedSymbol, member: Member): string {
  return `${exported.name}.${member.name?.getText() ?? ''}`
}

/** `src/file.ts` of a node in `dist/file.d.ts`. */
export function sourceOf(node: ts.Node): string {
  const path = node.getSourceFile().fileName.slice(projectDirectory.length)
  return path.replace(/^dist\//, 'src/').replace(/\.d\.ts$/, '.ts')
}
