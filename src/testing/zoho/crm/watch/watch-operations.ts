import { type Answer, jsonAnswer } from '../../answer.ts'
import {
  type CrmError,
  crmError,
  invalidData,
  missingParam,
  noContent,
  type RecordResult,
  refusal,
  resultsAnswer,
} from '../answers.ts'
import type { CrmCall, CrmOperation } from '../call.ts'
import { own } from '../json-objects.ts'
import { parseCount, splitList } from '../list-request.ts'
import type { CrmState } from '../state.ts'
import {
  type Channel,
  type ChannelChanges,
  isError,
  parseChannel,
  parseEvents,
  type WatchedModule,
} from './channel.ts'
import type { Channels } from './channels.ts'

const PATH = '/crm/v8/actions/watch'
const MOST_CHANNELS = 100

/** What the operations need beside the call. */
export interface WatchPlace {
  readonly channels: Channels
  /** Where the API is, for `resource_uri`. */
  readonly apiUrl: () => string
}

/** `/actions/watch`: who is told of changes. Each needs its own scope and the READ of the modules of its events. */
export function watchOperations(place: WatchPlace): readonly CrmOperation[] {
  return [
    { method: 'POST', path: PATH, scopes: scopes('CREATE'), answer: call => subscribe(call, place, 201) },
    { method: 'GET', path: PATH, scopes: scopes('READ'), answer: call => list(call, place) },
    { method: 'PUT', path: PATH, scopes: scopes('UPDATE'), answer: call => subscribe(call, place, 200) },
    { method: 'PATCH', path: PATH, scopes: scopes('UPDATE'), answer: call => change(call, place) },
    { method: 'DELETE', path: PATH, scopes: scopes('DELETE'), answer: call => unsubscribe(call, place) },
  ]
}

function scopes(verb: string): CrmOperation['scopes'] {
  return ({ state, body }) => {
    const modules = entriesOf(body).flatMap(entry => parseEvents(state, own(entry, 'events')) ?? [])
    return [
      `ZohoCRM.notifications.${verb}`,
      ...new Set(modules.map(({ module }) => `ZohoCRM.modules.${module}.READ`)),
    ]
  }
}

/** The entries of `watch`; a body without it is an entry itself. */
function entriesOf(body: unknown): readonly unknown[] {
  const watch = own(body, 'watch')
  return Array.isArray(watch) ? watch : [watch ?? body]
}

function answerEach(
  { state, body }: CrmCall,
  allGood: 200 | 201,
  write: (changes: ChannelChanges, path: string, entry: unknown) => RecordResult,
): Answer {
  const entries = entriesOf(body)
  if (entries.length === 0 || entries.length > MOST_CHANNELS)
    return invalidData({ api_name: 'watch', json_path: '$.watch', maximum_length: MOST_CHANNELS })
  const results = entries.map((entry, index) => {
    const path = own(body, 'watch') === undefined ? '$' : `$.watch[${index}]`
    const parsed = parseChannel(state, entry, path)
    return isError(parsed) ? parsed : write(parsed, path, entry)
  })
  return resultsAnswer(results, allGood, state.settings, 'watch')
}

/** POST makes channels, PUT replaces those that are there. */
function subscribe(call: CrmCall, { channels, apiUrl }: WatchPlace, status: 200 | 201): Answer {
  return answerEach(call, status, (changes, path) => {
    if (status === 200 && channels.find(changes.id) === null) return notSubscribed(changes.id)
    const { modules, notifyUrl } = changes
    if (modules === undefined) return missing('events', path)
    if (notifyUrl === undefined) return missing('notify_url', path)
    const channel = channels.put({ ...changes, modules, notifyUrl })
    const message =
      status === 201
        ? 'Successfully subscribed for actions-watch of the given module'
        : 'Successfully updated the subscribe details'
    return success(call.state, channel, channel.modules, message, apiUrl())
  })
}

/** PATCH changes what it names; `_delete_events` takes its events away instead. */
function change(call: CrmCall, { channels, apiUrl }: WatchPlace): Answer {
  const entries = entriesOf(call.body)
  const odd = entries.findIndex(
    entry => !['boolean', 'undefined'].includes(typeof own(entry, '_delete_events')),
  )
  if (odd !== -1) return invalidData({ api_name: '_delete_events', expected_data_type: 'boolean' })
  return answerEach(call, 200, (changes, path, entry) => {
    const channel = channels.find(changes.id)
    if (channel === null) return notSubscribed(changes.id)
    if (own(entry, '_delete_events') !== true) {
      const changed = channels.change(channel, changes)
      const message = 'Successfully updated the subscribe details'
      return success(call.state, changed, changed.modules, message, apiUrl())
    }
    if (changes.modules === undefined) return missing('events', path)
    const left = without(channel.modules, changes.modules)
    if (left.length === 0) channels.remove(channel.id)
    else channels.change(channel, { id: channel.id, modules: left })
    const message = 'Successfully removed the subscribe details'
    return success(call.state, channel, changes.modules, message, apiUrl())
  })
}

function without(
  modules: readonly WatchedModule[],
  removed: readonly WatchedModule[],
): readonly WatchedModule[] {
  return modules
    .map(({ module, operations }) => {
      const gone = removed.find(known => known.module === module)?.operations ?? []
      return { module, operations: operations.filter(operation => !gone.includes(operation)) }
    })
    .filter(({ operations }) => operations.length > 0)
}

function unsubscribe({ state, query }: CrmCall, { channels, apiUrl }: WatchPlace): Answer {
  const ids = splitList(query.get('channel_ids'))
  if (ids.length === 0) return missingParam('channel_ids')
  const results = ids.flatMap((id): readonly RecordResult[] => {
    const channel = channels.find(id)
    if (channel === null) return [notSubscribed(id)]
    channels.remove(id)
    return channel.modules.map(({ module }) => ({
      code: 'SUCCESS',
      details: { ...resourceOf(state, module, apiUrl()), channel_id: id },
      message: 'Successfully un-subscribed from actions-watch',
      status: 'success',
    }))
  })
  return resultsAnswer(results, 200, state.settings, 'watch')
}

/** A channel's entry for each of its modules. */
function list({ state, query }: CrmCall, { channels, apiUrl }: WatchPlace): Answer {
  const [perPage, page] = [
    parseCount(query.get('per_page'), 200, 200),
    parseCount(query.get('page'), 1, 1_000_000),
  ]
  if (perPage === null || page === null)
    return invalidData({ param_name: perPage === null ? 'per_page' : 'page' })
  const [id, only] = [query.get('channel_id'), query.get('module')]
  if (only !== null && !state.modules.has(only))
    return refusal(400, 'INVALID_MODULE', 'the module name given seems to be invalid', {
      param_name: 'module',
    })
  const entries = channels
    .alive()
    .filter(channel => id === null || channel.id === id)
    .flatMap(channel => channel.modules.map(watched => ({ channel, watched })))
    .filter(({ watched: { module } }) => only === null || module === only)
  const shown = entries.slice((page - 1) * perPage, page * perPage)
  if (shown.length === 0) return noContent
  return jsonAnswer({
    watch: shown.map(({ channel, watched: { module, operations } }) => ({
      notify_on_related_action: channel.relatedActions,
      channel_expiry: expiryOf(state, channel),
      return_affected_field_values: channel.returnValues,
      ...resourceOf(state, module, apiUrl()),
      notify_url: channel.notifyUrl.href,
      resource_name: module,
      fields: null,
      notification_condition: channel.sentConditions,
      channel_id: channel.id,
      events: operations.map(operation => `${module}.${operation}`),
      token: channel.token,
    })),
    info: { per_page: perPage, count: shown.length, page, more_records: entries.length > page * perPage },
  })
}

function resourceOf(state: CrmState, module: string, apiUrl: string): object {
  return { resource_uri: `${apiUrl}/crm/v8/${module}`, resource_id: state.moduleId(module) }
}

function expiryOf(state: CrmState, { expiresAt }: Channel): string {
  const { clock } = state
  return state.time(clock.wallMs() + expiresAt - clock.monotonicMs())
}

function success(
  state: CrmState,
  channel: Channel,
  modules: readonly WatchedModule[],
  message: string,
  apiUrl: string,
): RecordResult {
  const events = modules.map(({ module }) => ({
    channel_expiry: expiryOf(state, channel),
    ...resourceOf(state, module, apiUrl),
    resource_name: module,
    channel_id: channel.id,
  }))
  return { code: 'SUCCESS', details: { events }, message, status: 'success' }
}

function notSubscribed(id: string): CrmError {
  return crmError('NOT_SUBSCRIBED', 'Resource not subscribed for the given channel id', { channel_id: id })
}

function missing(api_name: string, path: string): CrmError {
  return crmError('MANDATORY_NOT_FOUND', 'required field not found', {
    api_name,
    json_path: `${path}.${api_name}`,
  })
}
