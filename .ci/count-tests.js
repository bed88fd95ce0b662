// Adds up the reports of vitest's JSON reporter and prints one line: `N passed, N failed`.
// A suite that left no report, and a file that did not even load, count as one failure each.
import { existsSync, readFileSync } from 'node:fs'

const counts = process.argv.slice(2).map(path => {
  if (!existsSync(path)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length }
})

const sum = key => counts.reduce((total, count) => total + count[key], 0)
const failed = sum('failed')
process.stdout.write(`${sum('passed')} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
