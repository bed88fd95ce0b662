import { isAllowedHost } from './allowed-hosts.ts'
import type { KeptMember } from './answer-rules.ts'

const LONGEST = 255

/** What is kept of a member of an answer; null: it is dropped. */
export function keptValue(rule: KeptMember, value: unknown): string | null {
  switch (rule.kind) {
    case 'text': {
      const text = typeof value === 'number' ? String(value) : value
      return typeof text === 'string' && /^[\x20-\x7e]+$/.test(text) && text.length <= LONGEST ? text : null
    }
    case 'api_origin':
      return apiOriginOf(value, rule.hosts)
  }
}

/** The origin of an https URL on one of the hosts; null: it is none. A path is dropped, anything else is refused. */
export function apiOriginOf(value: unknown, hosts: readonly string[]): string | null {
  if (typeof value !== 'string' || value.length > LONGEST || !URL.canParse(value)) return null
  const { protocol, host, origin, username, password } = new URL(value)
  const isPlain = protocol === 'https:' && username === '' && password === ''
  return isPlain && isAllowedHost(host, hosts) ? origin : null
}
