import type { Metadata } from '../ports/store.ts'

/** Whether it may be a resource indicator: an absolute URI without a fragment (RFC 8707 §2). */
export function isResource(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('#') && URL.canParse(value)
}

/**
 * The resource indicators of a connection, kept as `resource` in its metadata: one, or a list. Anything else under that
 * name is no resource indicator, and is not sent.
 */
export function resourcesOf({ resource }: Metadata): readonly string[] {
  return (Array.isArray(resource) ? resource : [resource]).filter(isResource)
}
