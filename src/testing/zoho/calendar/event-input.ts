import { Temporal } from 'temporal-polyfill'
import { type Attendee, type EventContent, type EventSpan, startOfSeries } from './event.ts'
import { Fields, parseInteger, parseJson } from './fields.ts'
import { parseRule } from './recurrence.ts'
import { isRefusal, Refusal } from './refusal.ts'
import type { CalendarSettings } from './settings.ts'
import { instantOf, isZone, parseTime, type WrittenTime } from './times.ts'

/** What `eventdata` may have. https://www.zoho.com/calendar/help/api/post-create-event.html */
const writable: readonly string[] = [
  'title',
  'dateandtime',
  'isallday',
  'isprivate',
  'description',
  'richtext_description',
  'location',
  'url',
  'color',
  'attendees',
  'group_attendees',
  'reminders',
  'rrule',
  'transparency',
  'calendar_alarm',
  'notify_attendee',
  'conference',
]

/** Beside these, what an update or a deletion may have. */
const ofChanges: readonly string[] = ['uid', 'etag', 'recurrenceid', 'recurrence_edittype']

const responseOnly: readonly string[] = [
  'caluid',
  'id',
  'calid',
  'multiday',
  'duration',
  'organizer',
  'createdby',
  'modifiedby',
  'role',
  'etype',
  'type',
  'estatus',
  'has_attachment',
  'enable_eventmanagement',
  'notifyType',
  'isApproved',
  'viewEventURL',
  'createdtime',
  'createdtime_millis',
  'lastmodifiedtime',
  'group_list',
  'conference_data',
  'app_data',
]

/** Which instances of a series are meant. */
export type EditType = 'only' | 'following' | 'all'

/** What says which event, and which part of it, is changed or deleted. */
export interface EventChange {
  /** Null: none was sent. */
  readonly etag: string | null
  /** In the form of answers. Null: none was sent. */
  readonly recurrenceId: string | null
  readonly editType: EditType | null
}

/** `eventdata` of a new event. */
export function parseNewEvent(
  json: string,
  zone: string,
  settings: CalendarSettings,
): EventContent | Refusal {
  const fields = fieldsOf(json, { writable, responseOnly: [...responseOnly, ...ofChanges] }, settings)
  return isRefusal(fields) ? fields : contentOf(fields, zone, settings)
}

/** `eventdata` of an update: the whole content, as what is left out is cleared. */
export function parseUpdate(
  json: string,
  uid: string,
  zone: string,
  settings: CalendarSettings,
): { readonly content: EventContent; readonly change: EventChange } | Refusal {
  const fields = fieldsOf(json, { writable: [...writable, ...ofChanges], responseOnly }, settings)
  if (isRefusal(fields)) return fields
  const change = changeOf(fields, uid)
  const content = contentOf(fields, zone, settings)
  return isRefusal(content) ? content : { content, change }
}

/** `eventdata` of a deletion. */
export function parseDeletion(json: string, uid: string, settings: CalendarSettings): EventChange | Refusal {
  const fields = fieldsOf(json, { writable: [...ofChanges, 'notify_attendee'], responseOnly }, settings)
  if (isRefusal(fields)) return fields
  fields.integer('notify_attendee', 0, 2, 0)
  const change = changeOf(fields, uid)
  return fields.refusal ?? change
}

function fieldsOf(
  json: string,
  keys: ConstructorParameters<typeof Fields>[1],
  settings: CalendarSettings,
): Fields | Refusal {
  const value = parseJson(json)
  if (isRefusal(value)) return value
  const fields = new Fields(value, keys, settings)
  return fields.refusal ?? fields
}

function changeOf(fields: Fields, uid: string): EventChange {
  if (fields.has('uid') && fields.raw('uid') !== uid) fields.refuse(new Refusal('PATTERN_NOT_MATCHED'))
  return {
    etag: fields.read<string | null>('etag', null, value => parseInteger(value)?.toString() ?? null),
    recurrenceId: fields.read<string | null>('recurrenceid', null, parseRecurrenceId),
    editType: fields.read<EditType | null>('recurrence_edittype', null, value =>
      value === 'only' || value === 'following' || value === 'all' ? value : null,
    ),
  }
}

/** In the form of answers, of whichever form it is. */
export function parseRecurrenceId(value: unknown): string | null {
  const time = parseTime(value)
  if (time === null) return null
  const text = time.kind === 'day' ? time.day : instantOf(time, 'UTC')
  return text.toString().replaceAll(/[-:]/g, '')
}

function contentOf(fields: Fields, zone: string, settings: CalendarSettings): EventContent | Refusal {
  fields.require('dateandtime')
  fields.integer('notify_attendee', 0, 2, 0)
  const when = whenOf(fields, zone, settings)
  if (fields.refusal !== null) return fields.refusal
  if (isRefusal(when)) return when
  const content: EventContent = {
    title: fields.text('title', 1_000),
    ...when,
    isPrivate: fields.flag('isprivate', false),
    description: fields.text('description', 10_000),
    richTextDescription: fields.text('richtext_description', 100_000),
    location: fields.text('location', 255),
    url: fields.text('url', 2_000),
    color: fields.color('color', ''),
    attendees: fields.list(
      'attendees',
      ['email', 'permission', 'attendance', 'status'],
      settings,
      attendeeOf,
    ),
    groupAttendees: fields.read<EventContent['groupAttendees']>('group_attendees', new Map(), parseGroups),
    reminders: fields.list('reminders', ['action', 'minutes'], settings, reminderOf),
    rule: null,
    transparency: fields.integer('transparency', 0, 1, 0),
    hasAlarm: fields.flag('calendar_alarm', false),
    conference: fields.text('conference', 50),
  }
  const rule = fields.read<string | null>('rrule', null, value => parseRule(value, startOfSeries(content)))
  return fields.refusal ?? { ...content, rule }
}

function whenOf(
  fields: Fields,
  calendarZone: string,
  settings: CalendarSettings,
): Pick<EventContent, 'span' | 'timezone'> | Refusal {
  const keys = { writable: ['start', 'end', 'timezone', 'convertToEventTZ'], responseOnly: [] }
  const times = new Fields(fields.raw('dateandtime'), keys, settings)
  times.require('start')
  times.require('end')
  times.flag('convertToEventTZ', false)
  const zone = times.read('timezone', calendarZone, value => (isZone(value) ? value : null))
  const start = times.read<WrittenTime | null>('start', null, parseTime)
  const end = times.read<WrittenTime | null>('end', null, parseTime)
  const isAllDay = fields.flag('isallday', false)
  if (times.refusal !== null) fields.refuse(times.refusal)
  if (start === null || end === null) return new Refusal('PATTERN_NOT_MATCHED')
  const span = spanOf(start, end, isAllDay, zone, settings)
  return isRefusal(span) ? span : { span, timezone: zone }
}

function spanOf(
  start: WrittenTime,
  end: WrittenTime,
  isAllDay: boolean,
  zone: string,
  { allDayEnd }: CalendarSettings,
): EventSpan | Refusal {
  if (isAllDay) {
    if (start.kind !== 'day' || end.kind !== 'day') return new Refusal('PATTERN_NOT_MATCHED')
    const order = Temporal.PlainDate.compare(start.day, end.day)
    if (order > 0) return new Refusal('INVALID_DATA')
    const last = allDayEnd === 'next_day' && order < 0 ? end.day.subtract({ days: 1 }) : end.day
    return { kind: 'days', first: start.day, last }
  }
  if (start.kind === 'day' || end.kind === 'day') return new Refusal('PATTERN_NOT_MATCHED')
  const span = { kind: 'times' as const, start: instantOf(start, zone), end: instantOf(end, zone) }
  return Temporal.Instant.compare(span.start, span.end) > 0 ? new Refusal('INVALID_DATA') : span
}

const statuses = ['needsaction', 'accepted', 'declined', 'tentative']

/** Written `NEEDS-ACTION`, read `needsaction`; both are taken. */
function attendeeOf(item: Fields): Attendee {
  item.require('email')
  return {
    email: item.read('email', '', parseEmail),
    permission: item.integer('permission', 0, 3, 0),
    attendance: item.integer('attendance', 0, 2, 1),
    status: item.read('status', 'needsaction', value => {
      const status = typeof value === 'string' ? value.toLowerCase().replace('-', '') : ''
      return statuses.includes(status) ? status : null
    }),
  }
}

function reminderOf(item: Fields): { readonly action: string; readonly minutes: number } {
  item.require('minutes')
  return {
    action: item.read('action', 'popup', value =>
      value === 'email' || value === 'popup' || value === 'notification' ? value : null,
    ),
    minutes: item.read('minutes', 0, parseInteger),
  }
}

/** Where the name of a key leads nowhere: `__proto__` is a group like others. */
function parseGroups(value: unknown): ReadonlyMap<string, readonly string[]> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const groups = Object.entries(value).map(([name, members]): [string, readonly string[]] | null => {
    const emails = Array.isArray(members) ? members.map(parseMember) : null
    return emails === null || emails.includes(null) ? null : [name, emails.filter(email => email !== null)]
  })
  return groups.includes(null) ? null : new Map(groups.filter(group => group !== null))
}

function parseMember(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'email' in value
    ? parseEmail(value.email)
    : parseEmail(value)
}

/** An address by its looks. */
export function parseEmail(value: unknown): string | null {
  return typeof value === 'string' && /^[^\s@<>"]{1,64}@[^\s@<>"]{1,255}$/.test(value) ? value : null
}
