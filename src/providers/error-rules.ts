import type { AnswerMembers, AnswerPattern, ErrorRule } from './answer-rules.ts'
import { valueAt } from './member-path.ts'

/** The first rule that fits an answer; null: none. */
export function findErrorRule(
  rules: readonly ErrorRule[],
  status: number,
  members: AnswerMembers,
): ErrorRule | null {
  return rules.find(rule => fits(rule, status, members)) ?? null
}

/** What a rule looks for, in the profile's own words: an answer's text is never quoted. */
export function wordsOf({ members }: ErrorRule): string {
  const [first = 'a known error'] = Object.values(members)
  return typeof first === 'string' ? first : first.contains
}

/** Whether an answer has everything that a pattern names. */
export function fits(pattern: AnswerPattern, status: number, members: AnswerMembers): boolean {
  if (pattern.status !== undefined && pattern.status !== status) return false
  return Object.entries(pattern.members ?? {}).every(([path, wanted]) => {
    const found = valueAt(members, path)
    if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return false
    return typeof wanted === 'string' ? String(found) === wanted : String(found).includes(wanted.contains)
  })
}
