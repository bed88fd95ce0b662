import type { Answer } from '../../answer.ts'
import { type CrmError, crmError } from '../answers.ts'
import { callbackUrl } from '../callback.ts'
import { isObject, own } from '../json-objects.ts'
import type { CrmState } from '../state.ts'
import { parseInstant } from '../times.ts'
import { type FieldSelection, parseCondition } from './field-selection.ts'

/** What a channel can be told of. */
export type WatchedOperation = 'create' | 'edit' | 'delete'

/** Operations of a module that a channel is told of. */
export interface WatchedModule {
  readonly module: string
  readonly operations: readonly WatchedOperation[]
}

/** A subscription: who is told of which changes, and until when. */
export interface Channel {
  readonly id: string
  readonly modules: readonly WatchedModule[]
  readonly notifyUrl: URL
  readonly token: string | null
  /** By the monotonic clock. */
  readonly expiresAt: number
  readonly returnValues: boolean
  readonly relatedActions: boolean
  /** Which fields an edit must change; by module. */
  readonly conditions: ReadonlyMap<string, FieldSelection>
  /** As it was sent. */
  readonly sentConditions: unknown
}

/** What a body says of a channel; what it does not say is undefined. */
export type ChannelChanges = {
  readonly [Name in Exclude<keyof Channel, 'id' | 'expiresAt'>]?: Channel[Name]
} & { readonly id: string; readonly expiryMs?: number }

const HOUR_MS = 3_600_000
const WEEK_MS = 168 * HOUR_MS
const operations: readonly WatchedOperation[] = ['create', 'edit', 'delete']

/** How long a channel lives when nothing, or more than a week, is asked for. */
export const DEFAULT_LIFE_MS: number = HOUR_MS

/** Reads one entry of `watch`, or tells what is wrong with it. */
export function parseChannel(state: CrmState, sent: unknown, path: string): ChannelChanges | CrmError {
  const at = (api_name: string): Readonly<Record<string, unknown>> => ({
    api_name,
    json_path: `${path}.${api_name}`,
  })
  const invalid = (api_name: string, details: object = {}): CrmError =>
    crmError('INVALID_DATA', 'invalid data', { ...at(api_name), ...details })
  if (!isObject(sent))
    return crmError('INVALID_DATA', 'invalid data', { expected_data_type: 'jsonobject', json_path: path })
  const id = own(sent, 'channel_id')
  if (id === undefined || id === null)
    return crmError('MANDATORY_NOT_FOUND', 'required field not found', at('channel_id'))
  if (!/^\d{1,19}$/.test(String(id)) || (typeof id === 'number' && !Number.isSafeInteger(id)))
    return invalid('channel_id', { expected_data_type: 'bigint' })
  const events = own(sent, 'events')
  const modules = events === undefined ? undefined : parseEvents(state, events)
  if (modules === null) return invalid('events')
  const url = own(sent, 'notify_url')
  const notifyUrl = url === undefined ? undefined : callbackUrl(url)
  if (notifyUrl === null)
    return invalid('notify_url', { reason: 'the local Zoho calls http on this machine alone' })
  const token = own(sent, 'token')
  if (token !== undefined && token !== null && typeof token !== 'string')
    return invalid('token', { expected_data_type: 'text' })
  if (typeof token === 'string' && token.length > 50) return invalid('token', { maximum_length: 50 })
  const expiryMs = expiryOf(state, own(sent, 'channel_expiry'))
  if (expiryMs === null) return invalid('channel_expiry', { expected_data_type: 'datetime' })
  const flags = ['return_affected_field_values', 'notify_on_related_action'] as const
  const odd = flags.find(name => !['boolean', 'undefined'].includes(typeof own(sent, name)))
  if (odd !== undefined) return invalid(odd, { expected_data_type: 'boolean' })
  const sentConditions = own(sent, 'notification_condition')
  const conditions = parseConditions(state, sentConditions, `${path}.notification_condition`)
  if (conditions !== undefined && 'code' in conditions) return conditions
  const [returnValues, relatedActions] = flags.map(name => own(sent, name))
  return {
    id: String(id),
    ...(modules === undefined ? {} : { modules }),
    ...(notifyUrl === undefined ? {} : { notifyUrl }),
    ...(token === undefined ? {} : { token }),
    ...(expiryMs === undefined ? {} : { expiryMs }),
    ...(typeof returnValues === 'boolean' ? { returnValues } : {}),
    ...(typeof relatedActions === 'boolean' ? { relatedActions } : {}),
    ...(conditions === undefined ? {} : { conditions, sentConditions }),
  }
}

/** The modules that events like `Leads.create` and `Deals.all` name. Null: they are no such events. */
export function parseEvents(state: CrmState, events: unknown): readonly WatchedModule[] | null {
  if (!Array.isArray(events) || events.length === 0) return null
  const watched = new Map<string, Set<WatchedOperation>>()
  for (const event of events) {
    const [module = '', verb = '', ...rest] = typeof event === 'string' ? event.split('.') : []
    const named = verb === 'all' ? operations : operations.filter(operation => operation === verb)
    if (!state.modules.has(module) || named.length === 0 || rest.length > 0) return null
    watched.set(module, new Set([...(watched.get(module) ?? []), ...named]))
  }
  return [...watched].map(([module, verbs]) => ({ module, operations: [...verbs] }))
}

/** How long a channel is to live. Undefined: it does not say. Null: that is no time to come. */
function expiryOf({ clock }: CrmState, sent: unknown): number | undefined | null {
  if (sent === undefined || sent === null) return undefined
  const until = typeof sent === 'string' ? parseInstant(sent) : null
  const life = until === null ? 0 : until - clock.wallMs()
  if (life <= 0) return null
  return life > WEEK_MS ? DEFAULT_LIFE_MS : life
}

function parseConditions(
  state: CrmState,
  sent: unknown,
  path: string,
): ReadonlyMap<string, FieldSelection> | CrmError | undefined {
  if (sent === undefined) return undefined
  if (sent === null) return new Map()
  if (!Array.isArray(sent)) {
    const details = { api_name: 'notification_condition', json_path: path }
    return crmError('INVALID_DATA', 'invalid data', details)
  }
  const conditions = new Map<string, FieldSelection>()
  for (const [index, item] of sent.entries()) {
    const parsed = parseCondition(state, item, `${path}[${index}]`)
    if ('code' in parsed) return parsed
    conditions.set(parsed.module, parsed.selection)
  }
  return conditions
}

/** Whether something is an error of one entry. */
export function isError(value: ChannelChanges | Channel | CrmError | Answer): value is CrmError {
  return 'code' in value
}
