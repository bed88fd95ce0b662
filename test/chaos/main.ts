// `npm run chaos`: what becomes of grants when processes and databases die. See docs/reliability.md.
import { rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../support/postgres-server.ts'
import { projectDirectory } from '../support/project.ts'
import { type Result, runCampaign } from './campaign.ts'
import { definitionOf } from './modes.ts'
import { help, optionsIn, type RunOptions } from './options.ts'
import type { Plan } from './plan.ts'
import { planted } from './planted.ts'
import { tableOf } from './table.ts'

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

// What can be played is, and what cannot is said before and after.
const missing = new Set<string>()
const plans = options.plans.filter(({ mode }) => {
  const words = definitionOf(mode).missing?.() ?? null
  if (words !== null) missing.add(`The mode ${mode} cannot be played. ${words}`)
  return words === null
})
sayMissing()

const build = options.plant === null ? join(projectDirectory, 'dist') : planted(options.plant)
const server = await startPostgres()
const results: Result[] = []
try {
  for (const plan of plans) results.push(await runCampaign(plan, server, build, progressOf(plan)))
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
  return done => {
    if (done % step === 0) process.stderr.write(`${mode}, ${rotation}: ${done} of ${cycles}\n`)
  }
}

const [processor] = cpus()
console.log(`
${tableOf(results)}

Seed ${options.plans[0]?.seed}, Node ${process.versions.node}, ${cpus().length} cores (${processor?.model}), \
${new Date().toISOString().slice(0, 10)}`)
write(
  options.json,
  results.map(({ evidence: { served }, ...result }) => ({ ...result, served })),
)
write(
  options.evidence,
  results.map(({ evidence }) => evidence),
)

function write(file: string | null, value: unknown): void {
  if (file !== null) writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

sayMissing()
for (const { plan, verdict } of results) {
  for (const words of verdict.broken) {
    console.error(`${plan.mode}, ${plan.rotation}, seed ${plan.seed}: ${words}`)
    process.exitCode = 1
  }
}
