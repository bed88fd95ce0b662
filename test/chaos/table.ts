import type { Result } from './campaign.ts'

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

/** The table in Markdown. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(({ plan, verdict, evidence: { served } }) => [
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
  const lines = [columns, columns.map((_, index) => (index < 2 ? '---' : '---:')), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
