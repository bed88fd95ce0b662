import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { readPages } from '../packaging/documentation.ts'
import { projectDirectory } from '../support/project.ts'
import { blocksOf } from './markdown.ts'

/** Type-checks texts as modules of the project, each for itself. Gives what the compiler has against them. */
function complaints(examples: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(projectDirectory, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectDirectory)
  const files = new Map([...examples].map(([path, text]) => [join(projectDirectory, path), text]))
  // An example ends where it has shown what it shows.
  const compilerOptions = { ...options, noUnusedLocals: false, noUnusedParameters: false }
  const host = ts.createCompilerHost(compilerOptions)
  const { getSourceFile, readFile, fileExists } = host
  host.fileExists = path => files.has(path) || fileExists(path)
  host.readFile = path => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const text = files.get(path)
    if (text === undefined) return getSourceFile(path, language, ...rest)
    // An example without an import is a module all the same.
    return ts.createSourceFile(path, `${text}\nexport {}\n`, language)
  }
  const program = ts.createProgram([...files.keys()], compilerOptions, host)
  return [...files.keys()].flatMap(path =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ messageText }) => {
      return `${path.slice(projectDirectory.length)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    }),
  )
}

test('an example that does not compile is noticed', () => {
  const found = complaints(
    new Map([
      ['docs/good.1.ts', "import { Secret } from 'evergrant'\nconst a = Secret.of('a')\n"],
      ['docs/bad.1.ts', "import { Secret } from 'evergrant'\nconst a: number = Secret.of('a')\n"],
      ['docs/bad.2.ts', "import { nothing } from 'evergrant/testing'\n"],
    ]),
  )
  expect(found).toHaveLength(2)
  expect(found.join('\n')).toMatch(/^docs\/bad\.1\.ts: .*number.*\n.*docs\/bad\.2\.ts: .*nothing/)
})

// The README's first example runs in an installed package: test/packaging.
test('every TypeScript example of the documentation compiles, each for itself', async () => {
  const examples = new Map(
    [...(await readPages())]
      .filter(([path]) => path !== 'README.md')
      .flatMap(([path, page]) =>
        blocksOf(page)
          .filter(({ language }) => language === 'ts')
          .map(({ text, line }) => [`${path.replace(/\.md$/, '')}.line-${line}.ts`, text] as const),
      ),
  )
  expect(examples.size).toBeGreaterThan(10)
  expect(complaints(examples)).toEqual([])
})
