/** How good a thing is. Only `fail` keeps Evergrant from working, or grants from being safe. */
export type Verdict = 'pass' | 'warn' | 'fail'

/** What was looked at. The names are stable. */
export type Check =
  | 'database'
  | 'tables'
  | 'privileges'
  | 'clock'
  | 'pooler'
  | 'tls'
  | 'keys'
  | 'sealing'
  | 'files'
  | 'seeds'
  | 'revocations'
  | 'lifeboat'
  | 'core_dumps'
  | 'inspector'
  | 'reports'
  | 'certificates'

/** What one look found. */
export interface Finding {
  /** What was looked at. */
  readonly check: Check
  /** How it is. */
  readonly verdict: Verdict
  /** What is so, in a sentence. Holds no secret. */
  readonly message: string
  /** What to do; null where all is well. */
  readonly remedy: string | null
}

export function pass(check: Check, message: string): Finding {
  return { check, verdict: 'pass', message, remedy: null }
}

export function warn(check: Check, message: string, remedy: string): Finding {
  return { check, verdict: 'warn', message, remedy }
}

export function fail(check: Check, message: string, remedy: string): Finding {
  return { check, verdict: 'fail', message, remedy }
}

/** An error of ours as a finding: its first sentence says what is so, the others what to do. */
export function failedBy(check: Check, { message }: Error): Finding {
  const end = message.search(/(?<=[.?!]) (?=[A-Z{`])/)
  return end === -1
    ? fail(check, message, 'See docs/errors.md.')
    : fail(check, message.slice(0, end), message.slice(end + 1))
}

/** The worst of all. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const has = (verdict: Verdict): boolean => findings.some(finding => finding.verdict === verdict)
  return has('fail') ? 'fail' : has('warn') ? 'warn' : 'pass'
}
