import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Compiles `src` without type checks to JavaScript in a new temporary directory that every user can read, so
 * that a test can run it in processes of their own. Gives the directory; the caller removes it.
 */
export function compileSource(): string {
  const output = mkdtempSync(join(tmpdir(), 'evergrant-compiled-'))
  for (const path of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue
    const target = join(output, path.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, transpile(join(root, 'src', path)))
  }
  writeFileSync(join(output, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(output, 'node_modules'))
  // mkdtemp makes it 0700; a test may run what is in it as another user.
  chmodSync(output, 0o755)
  return output
}

function transpile(path: string): string {
  return ts.transpileModule(readFileSync(path, 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
}
