import { InvalidInputError } from '../errors.ts'
import type { Metadata } from '../ports/store.ts'
import { expanded, placeholdersIn } from './endpoints.ts'
import { apiOriginOf } from './kept-member.ts'
import type { ProviderProfile } from './profile.ts'

type Rules = Pick<ProviderProfile, 'name' | 'apiHosts' | 'answers' | 'placeholders' | 'endpointHosts'>

/** Hosts that the access token of every connection may be sent to. */
export function fixedApiHosts({ apiHosts }: Pick<Rules, 'apiHosts'>): readonly string[] {
  return apiHosts.filter(host => placeholdersIn(host).length === 0)
}

/** Whether a connection's metadata add hosts to them. */
export function hasOwnApiHosts({ apiHosts, answers }: Pick<Rules, 'apiHosts' | 'answers'>): boolean {
  return (
    apiHosts.some(host => placeholdersIn(host).length > 0) ||
    [...answers.metadata.values()].some(rule => typeof rule !== 'function' && rule.kind === 'api_origin')
  )
}

/**
 * Hosts of one connection's own: `apiHosts` with its values for the placeholders, and the origins that its metadata
 * hold by a rule of the profile. What metadata say is checked again: not only answers wrote them.
 */
export function ownApiHosts(rules: Rules, metadata: Metadata): readonly string[] {
  const templates = rules.apiHosts.filter(host => placeholdersIn(host).length > 0)
  return [
    ...templates.flatMap(template => hostFrom(template, metadata, rules)),
    ...Array.from(rules.answers.metadata).flatMap(([name, rule]) => {
      if (typeof rule === 'function' || rule.kind !== 'api_origin') return []
      const origin = apiOriginOf(metadata[name], rule.hosts)
      return origin === null ? [] : [new URL(origin).host]
    }),
  ]
}

function hostFrom(template: string, metadata: Metadata, rules: Rules): readonly string[] {
  try {
    return [expanded(template, metadata, rules)]
  } catch (error) {
    // A connection that lacks a value has no host of its own.
    if (error instanceof InvalidInputError) return []
    throw error
  }
}
