import { cpus } from 'node:os'
import { WAIT_BOUNDS_MS } from './plan.ts'
import type { Report } from './report.ts'

/** The columns of the table that `npm run chaos` prints and the page shows. */
export const columns = [
  'mode',
  'rotation',
  'cycles',
  'requests',
  'overlaps',
  'losses',
  're-authorizations with a reason',
  'without',
  'caller errors',
  'calls',
  'longest wait',
] as const

/** Everything that a run prints, in Markdown. */
export function pageOf(reports: readonly Report[]): string {
  const [processor] = cpus()
  const seconds = Math.round(reports.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1_000)
  return `${tableOf(reports)}

How long callers waited, in calls:

${waitsOf(reports)}

Commit ${namesOf(reports, ({ commit }) => commit)}, seed ${namesOf(reports, ({ plan }) => plan.seed)}, \
Node ${process.versions.node}, ${cpus().length} cores (${processor?.model}), \
${Math.floor(seconds / 60)} min ${seconds % 60} s, ${new Date().toISOString().slice(0, 10)}
`
}

function namesOf(reports: readonly Report[], of: (report: Report) => string | number): string {
  return [...new Set(reports.map(of))].join(', ')
}

/** The table in Markdown. */
export function tableOf(reports: readonly Report[]): string {
  const rows = reports.map(({ plan, verdict, served }) => [
    plan.mode,
    plan.rotation,
    plan.cycles,
    verdict.requests,
    verdict.overlaps,
    verdict.losses,
    verdict.losses - verdict.silent,
    verdict.silent,
    served.errors.length,
    served.calls,
    `${served.longestWaitMs} ms`,
  ])
  return markdownOf(columns, rows)
}

/** The columns of the histogram of the callers' waits. */
export const waitColumns: readonly string[] = [
  'mode',
  'rotation',
  ...WAIT_BOUNDS_MS.map(bound => (bound < 1_000 ? `≤ ${bound} ms` : `≤ ${bound / 1_000} s`)),
  'longer',
]

/** How many calls waited how long, in Markdown. */
export function waitsOf(reports: readonly Report[]): string {
  const rows = reports.map(({ plan, served }) => [
    plan.mode,
    plan.rotation,
    ...[...WAIT_BOUNDS_MS, Infinity].map((_, index) => served.waits[index] ?? 0),
  ])
  return markdownOf(waitColumns, rows)
}

function markdownOf(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [head, head.map((_, index) => (index < 2 ? '---' : '---:')), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
