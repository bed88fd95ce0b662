import { isDeepStrictEqual } from 'node:util'
import { sendCallback } from '../callback.ts'
import { own } from '../json-objects.ts'
import type { CrmChange } from '../record-store.ts'
import type { CrmState } from '../state.ts'
import type { Channel, WatchedOperation } from './channel.ts'
import type { Channels } from './channels.ts'
import { selects } from './field-selection.ts'

const watchedAs: Readonly<Record<CrmChange['operation'], WatchedOperation>> = {
  insert: 'create',
  update: 'edit',
  delete: 'delete',
}

/** One callback: changes of one kind, in one module, by one request. */
interface Notice {
  readonly channel: Channel
  readonly module: string
  readonly operation: CrmChange['operation']
  readonly changes: { readonly id: string; readonly fields: readonly string[]; readonly values: object }[]
}

/** Tells channels of changes: what one request did in one callback, a channel's callbacks one after the other. */
export class Notifications {
  readonly #state: CrmState
  readonly #channels: Channels
  readonly #apiUrl: () => string
  readonly #closing: AbortSignal
  /** What the request under way has done so far. */
  #notices: Notice[] = []
  readonly #sending = new Map<string, Promise<void>>()

  /** @param apiUrl where the API is, for `resource_uri` */
  constructor(state: CrmState, channels: Channels, apiUrl: () => string, closing: AbortSignal) {
    this.#state = state
    this.#channels = channels
    this.#apiUrl = apiUrl
    this.#closing = closing
    state.store.onChange(change => this.#note(change))
  }

  #note(change: CrmChange): void {
    const fields = changedFields(change)
    for (const channel of this.#channels.alive()) {
      if (!isTold(channel, change, fields)) continue
      // A request writes in one go: the first of its changes sends for all of them.
      if (this.#notices.length === 0) queueMicrotask(() => this.#send())
      const { module, operation, id } = change
      const same = this.#notices.find(
        notice => notice.channel === channel && notice.module === module && notice.operation === operation,
      )
      const notice = same ?? { channel, module, operation, changes: [] }
      if (same === undefined) this.#notices.push(notice)
      const values = fields.map(name => [name, own(change.after, name) ?? null])
      notice.changes.push({ id, fields, values: Object.fromEntries(values) })
    }
  }

  #send(): void {
    const notices = this.#notices
    this.#notices = []
    for (const notice of notices) {
      const { channel } = notice
      const body = this.#bodyOf(notice)
      const before = this.#sending.get(channel.id) ?? Promise.resolve()
      const sent = before.then(() => sendCallback(this.#state, this.#closing, channel.notifyUrl, body))
      this.#sending.set(channel.id, sent)
      void sent.then(() => {
        if (this.#sending.get(channel.id) === sent) this.#sending.delete(channel.id)
      })
    }
  }

  #bodyOf({ channel, module, operation, changes }: Notice): object {
    const edited = operation === 'update'
    const values = channel.returnValues ? changes.map(change => ({ [change.id]: change.values })) : []
    return {
      server_time: this.#state.clock.wallMs(),
      query_params: {},
      module,
      resource_uri: `${this.#apiUrl()}/crm/v8/${module}`,
      ids: changes.map(({ id }) => id),
      affected_fields: edited ? changes.map(({ id, fields }) => ({ [id]: fields })) : [],
      affected_values: operation === 'delete' ? [] : values,
      operation,
      channel_id: channel.id,
      token: channel.token,
    }
  }
}

function isTold(channel: Channel, { module, operation }: CrmChange, fields: readonly string[]): boolean {
  const watched = channel.modules.find(known => known.module === module)
  if (watched === undefined || !watched.operations.includes(watchedAs[operation])) return false
  const selection = channel.conditions.get(module)
  return operation !== 'update' || selection === undefined || selects(selection, fields)
}

/** The fields whose values are others now; the times and users of the write itself do not count. */
function changedFields({ before, after }: CrmChange): readonly string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  const ofTheWrite = ['id', 'Modified_Time', 'Modified_By', 'Created_Time', 'Created_By']
  return [...names].filter(
    name =>
      !ofTheWrite.includes(name) && !isDeepStrictEqual(own(before, name) ?? null, own(after, name) ?? null),
  )
}
