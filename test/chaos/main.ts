// `npm run chaos`: what becomes of grants when processes and databases die. See docs/reliability.md.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../support/postgres-server.ts'
import { projectDirectory } from '../support/project.ts'
import { runCampaign } from './campaign.ts'
import type { Evidence } from './evidence.ts'
import { definitionOf } from './modes.ts'
import { help, optionsIn, type RunOptions } from './options.ts'
import type { Plan } from './plan.ts'
import { planted } from './planted.ts'
import { commitOf, isOf, merged, type Report, reportOf, reportsIn } from './report.ts'
import { pageOf } from './table.ts'

const options = readOptions()
if (options.help) {
  console.log(help)
  process.exit(0)
}

function readOptions(): RunOptions {
  try {
    return optionsIn(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

// What was started ends with this process, and the server's folder goes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const commit = commitOf(projectDirectory)
const before = options.resume && options.json !== null ? reportsIn(options.json) : []

// What can be played is, and what cannot is said before and after.
const missing = new Set<string>()
const plans = options.plans.filter(plan => {
  const words = definitionOf(plan.mode).missing?.() ?? null
  if (words !== null) missing.add(`The mode ${plan.mode} cannot be played. ${words}`)
  return words === null && !before.some(report => isOf(report, plan, commit))
})
sayMissing()

const build = options.plant === null ? join(projectDirectory, 'dist') : planted(options.plant)
const server = await startPostgres()
const evidence: Evidence[] = []
let reports: readonly Report[] = before
try {
  for (const plan of plans) {
    const result = await runCampaign(plan, server, build, progressOf(plan))
    evidence.push(result.evidence)
    reports = merged(reports, [reportOf(result, commit)])
    // What has been played is kept, also when the next campaign does not come to its end.
    write(options.json, `${JSON.stringify(reports, null, 2)}\n`)
    write(options.markdown, pageOf(reports))
  }
} finally {
  await server.stop()
  if (options.plant !== null) rmSync(build, { recursive: true })
}

function sayMissing(): void {
  for (const words of missing) {
    console.error(words)
    process.exitCode = 2
  }
}

function progressOf({ mode, rotation, cycles }: Plan): (done: number) => void {
  const step = Math.max(1, Math.round(cycles / 10))
  const startedAt = performance.now()
  return done => {
    if (done % step !== 0) return
    const seconds = Math.round((performance.now() - startedAt) / 1_000)
    process.stderr.write(`${mode}, ${rotation}: ${done} of ${cycles} after ${seconds} s\n`)
  }
}

console.log(`\n${pageOf(reports)}`)
write(options.evidence, `${JSON.stringify(evidence, null, 2)}\n`)

function write(file: string | null, text: string): void {
  if (file !== null) writeFileSync(file, text)
}

sayMissing()
for (const { plan, verdict } of reports) {
  for (const words of verdict.broken) {
    console.error(`${plan.mode}, ${plan.rotation}, seed ${plan.seed}: ${words}`)
    process.exitCode = 1
  }
}
