import { type Diagnosis, diagnose, type Finding, type Verdict } from 'evergrant/admin'
import { EXIT } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import type { Output, Style } from '../output.ts'
import { visible } from '../visible-text.ts'
import { USUAL_WIDTH, wrapped } from '../wrapped-text.ts'

const WORDS: Readonly<Record<Verdict, { readonly word: string; readonly style: Style }>> = {
  pass: { word: 'pass', style: 'green' },
  warn: { word: 'warn', style: 'yellow' },
  fail: { word: 'FAIL', style: 'red' },
}

/** As long as the longest name of a check. */
const CHECK_COLUMNS = 12

/** Looks at everything that Evergrant stands on. Fails when something must be mended. */
export async function doctor({ schema, config, output }: Invocation): Promise<number> {
  const diagnosis = await diagnose({ ...config, schema })
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

/** Verdict, check and message in three columns; the remedy stands below the message. */
function linesOfFinding({ check, verdict, message, remedy }: Finding, output: Output): readonly string[] {
  const { word, style } = WORDS[verdict]
  const head = `${output.paint(style, word)}  ${check.replaceAll('_', ' ').padEnd(CHECK_COLUMNS)}  `
  const indent = ' '.repeat(word.length + CHECK_COLUMNS + 4)
  const texts = remedy === null ? [message] : [message, remedy]
  const width = (output.columns ?? USUAL_WIDTH) - indent.length
  return texts
    .flatMap(text => wrapped(visible(text), width))
    .map((line, index) => `${index === 0 ? head : indent}${line}`)
}
