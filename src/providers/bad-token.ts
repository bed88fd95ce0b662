import type { BadTokenRules } from './profile.ts'

/**
 * Whether an API's answer says that the access token is bad, so that one refresh may help.
 * @param body the text of the answer; codes are looked for as whole JSON strings, wherever they stand
 */
export function isBadTokenAnswer(rules: BadTokenRules, status: number, body: string): boolean {
  const names = (codes: readonly string[]): boolean => codes.some(code => body.includes(`"${code}"`))
  switch (status) {
    case 400:
    case 403:
      return names(rules.codes)
    case 401:
      return names(rules.codes) || !names(rules.otherCodes)
    default:
      return false
  }
}
