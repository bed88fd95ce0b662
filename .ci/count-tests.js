// Adds up the reports of vitest's JSON reporter and prints what failed, a line each, and last `N passed, N failed`.
// A suite that left no report, and a file that did not even load, count as one failure each.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const counts = process.argv.slice(2).map(path => {
  if (!existsSync(path)) {
    tell(path, 'no report')
    return { passed: 0, failed: 1 }
  }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  for (const { name } of unloaded) tell(name, 'did not load')
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'failed') tell(name, `${fullName}: ${failureMessages[0] ?? ''}`)
    }
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length }
})

// Of a message the beginning, without its stack.
function tell(file, words) {
  const [first] = words.split(/\n\s+at /)
  process.stdout.write(`FAILED ${relative('', file)}: ${first.replaceAll(/\s+/g, ' ').slice(0, 600)}\n`)
}

const sum = key => counts.reduce((total, count) => total + count[key], 0)
const failed = sum('failed')
process.stdout.write(`${sum('passed')} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
