import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { Result } from './campaign.ts'
import type { Served } from './evidence.ts'
import { modes } from './modes.ts'
import { type Plan, rotations } from './plan.ts'

/** What is kept of a campaign that is over. */
export interface Report extends Omit<Result, 'evidence'> {
  readonly served: Served
  /** Of the project, as Git names it; with a `+` where files were changed since. */
  readonly commit: string
}

export function reportOf({ evidence: { served }, ...result }: Result, commit: string): Report {
  return { ...result, served, commit }
}

/** Those in a file that was written by `--json`; none where there is no file. @throws SyntaxError it holds no JSON */
export function reportsIn(file: string): readonly Report[] {
  // What is there, this program has written.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report[]) : []
}

/** Whether it is of this very campaign, played with this very code. */
export function isOf(report: Report, plan: Plan, commit: string): boolean {
  const names = Object.keys(plan) as (keyof Plan)[]
  return report.commit === commit && names.every(name => report.plan[name] === plan[name])
}

/** In the order in which campaigns are played; a newer one of the same mode and rotation instead of an older one. */
export function merged(older: readonly Report[], newer: readonly Report[]): readonly Report[] {
  return modes.flatMap(mode =>
    rotations.flatMap(rotation => {
      const isHere = ({ plan }: Report): boolean => plan.mode === mode && plan.rotation === rotation
      return newer.findLast(isHere) ?? older.findLast(isHere) ?? []
    }),
  )
}

export function commitOf(directory: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}
