import { InvalidInputError } from '../../../errors.ts'
import type { CrmField } from './fields.ts'
import { type QuerySettings, querySettings } from './query-settings.ts'

/** Zoho's plans. They differ in credits a day and in requests at the same time. */
export type CrmEdition = 'free' | 'standard' | 'professional' | 'enterprise' | 'ultimate'

/** How the local Zoho CRM behaves. Each can be changed while it runs, by `configure({ crm: { … } })`. */
export interface CrmSettings extends QuerySettings {
  /** The plan of the organization. Default `enterprise`: 20 requests at the same time. */
  readonly edition: CrmEdition
  /** API credits in 24 h. Null, the default: what the plan gives. */
  readonly creditsPerDay: number | null
  /** Requests of one app at the same time. Null, the default: what the plan gives. */
  readonly concurrency: number | null
  /** Heavy requests of one app at the same time: searches, COQL, sorted lists, large writes. Default 10. */
  readonly heavyConcurrency: number
  /** How long each request takes. Default 0: none ever meets another, whatever the limits. */
  readonly latencyMs: number
  /** Which of its two bodies a 429 has. Default `TOO_MANY_REQUESTS`. */
  readonly tooManyRequestsCode: 'TOO_MANY_REQUESTS' | 'RATE_LIMIT_EXCEEDED'
  /** `Retry-After` of a 429, in seconds. Null, the default: none, as documented. */
  readonly retryAfterSeconds: number | null
  /** Whether a write of which every record failed is answered with HTTP 202, as older pages say, not with 400. */
  readonly legacy202: boolean
  /** The status of `OAUTH_SCOPE_MISMATCH`. Default 401; some of Zoho's examples have 403. */
  readonly scopeMismatchStatus: 401 | 403
  /** Its message. Default that of the documentation; newer examples have `Unauthorized`. */
  readonly scopeMismatchMessage: string
  /** Whether an insert by upsert names a `duplicate_field`, as Zoho's example does. Default false: it is null. */
  readonly duplicateFieldOnInsert: boolean
  /** How long a page token is good. Zoho's: 24 h. */
  readonly pageTokenLifetimeMs: number
  /** How many records `page` reaches. Zoho's: 2,000. */
  readonly pageReach: number
  /** How many records page tokens reach. Zoho's: 100,000. */
  readonly pageTokenReach: number
  /** Bytes of a request's body; more is HTTP 413. Default 10 MiB. */
  readonly largestBody: number
  /** The zone of all users: times of answers have its offset. Default `Asia/Kolkata`. */
  readonly timeZone: string
  /** Further fields by module. A module that the local Zoho does not have becomes a custom module. */
  readonly customFields: Readonly<Record<string, readonly CrmField[]>>
  /** Standard fields by module that do not allow duplicates, as an administrator can decide. */
  readonly uniqueFields: Readonly<Record<string, readonly string[]>>
}

/** Some settings of the local CRM; one that is `undefined` changes nothing. */
export type CrmChanges = {
  readonly [Name in keyof CrmSettings]?: CrmSettings[Name] | undefined
}

/** Zoho's own limits. */
export const crmSettings: CrmSettings = {
  ...querySettings,
  edition: 'enterprise',
  creditsPerDay: null,
  concurrency: null,
  heavyConcurrency: 10,
  latencyMs: 0,
  tooManyRequestsCode: 'TOO_MANY_REQUESTS',
  retryAfterSeconds: null,
  legacy202: false,
  scopeMismatchStatus: 401,
  scopeMismatchMessage: 'invalid oauth scope to access this URL',
  duplicateFieldOnInsert: false,
  pageTokenLifetimeMs: 86_400_000,
  pageReach: 2_000,
  pageTokenReach: 100_000,
  largestBody: 10 * 1024 * 1024,
  timeZone: 'Asia/Kolkata',
  customFields: {},
  uniqueFields: {},
}

/**
 * The settings with changes; a change that is `undefined` changes nothing.
 * @throws InvalidInputError there is no such time zone.
 */
export function changedCrmSettings(settings: CrmSettings, changes: CrmChanges = {}): CrmSettings {
  const known = Object.entries(changes).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(crmSettings, name),
  )
  const changed: CrmSettings = { ...settings, ...Object.fromEntries(known) }
  if (!isTimeZone(changed.timeZone))
    throw new InvalidInputError(
      `The local CRM knows no time zone ${changed.timeZone}; name one like Europe/Berlin.`,
    )
  return changed
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== null
  } catch {
    return false
  }
}
