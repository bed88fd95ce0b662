import type { AnswerMembers, ErrorRule } from './answer-rules.ts'
import { textAt } from './member-path.ts'

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

function fits(rule: ErrorRule, status: number, members: AnswerMembers): boolean {
  if (rule.status !== undefined && rule.status !== status) return false
  return Object.entries(rule.members).every(([path, wanted]) => {
    const text = textAt(members, path)
    if (text === null) return false
    return typeof wanted === 'string' ? text === wanted : text.includes(wanted.contains)
  })
}
