import { type Diagnosis, diagnose, type Finding, type Verdict } from 'evergrant/admin'
import { EXIT } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import type { Output, Style } from '../output.ts'
import { visible } from '../visible-text.ts'
import { wrapped } from '../wrapped-text.ts'

const WORDS: Readonly<Record<Verdict, { readonly word: string; readonly style: Style }>> = {
  pass: { word: 'pass', style: 'green' },
  warn: { word: 'warn', style: 'yellow' },
  fail: { word: 'FAIL', style: 'red' },
}

/** Looks at everything that Evergrant stands on. Fails when something must be mended. */
export async function doctor({ schema, output }: Invocation): Promise<number> {
  const diagnosis = await diagnose({ schema })
  output.report(diagnosis, linesOf(diagnosis, output))
  return diagnosis.verdict === 'fail' ? EXIT.failed : EXIT.done
}

function linesOf({ findings }: Diagnosis, output: Output): readonly string[] {
  const count = (verdict: Verdict): number => findings.filter(finding => finding.verdict === verdict).length
  return [
    ...findings.flatMap(finding => linesOfFinding(finding, output)),
    '',
    `${count('pass')} passed, ${count('warn')} to look at, ${count('fail')} to mend`,
  ]
}

function linesOfFinding({ check, verdict, message, remedy }: Finding, output: Output): readonly string[] {
  const { word, style } = WORDS[verdict]
  const indent = ' '.repeat(20)
  const head = `${word}  ${check.replaceAll('_', ' ').padEnd(12)}  `
  const [first = '', ...rest] = wrapped(`${head}${visible(message)}`, output.width, indent)
  const lines = [output.paint(style, first.slice(0, word.length)) + first.slice(word.length), ...rest]
  if (remedy === null) return lines
  return [...lines, ...wrapped(`${indent}${visible(remedy)}`, output.width, indent)]
}
