import { Fields, parseInteger, parseJson } from './fields.ts'
import { isRefusal, Refusal } from './refusal.ts'
import type { CalendarSettings } from './settings.ts'
import { isZone, utcTextOf } from './times.ts'

/** What clients write of a calendar. */
export interface CalendarContent {
  readonly name: string
  readonly description: string
  readonly color: string
  readonly textColor: string
  /** IANA name. */
  readonly timezone: string
  /** Whether its events are among those of free/busy. */
  readonly isInFreeBusy: boolean
  /** Hidden calendars are listed where they are asked for. */
  readonly isVisible: boolean
  readonly public: 'disable' | 'freebusy' | 'view'
  readonly reminders: readonly { readonly action: string; readonly minutes: number }[]
}

/** As Zoho sorts the calendars of a user. */
export type CalendarCategory = 'own' | 'group' | 'app' | 'others'

/** A calendar as it is kept. */
export interface StoredCalendar {
  readonly uid: string
  readonly id: string
  readonly content: CalendarContent
  readonly isDefault: boolean
  readonly category: CalendarCategory
  /** `view`: its events are read only. */
  readonly privilege: 'owner' | 'edit' | 'view'
  readonly createdAt: number
  readonly modifiedAt: number
}

const writable: readonly string[] = [
  'name',
  'color',
  'textcolor',
  'description',
  'timezone',
  'include_infreebusy',
  'visibility',
  'public',
  'reminders',
]

const responseOnly: readonly string[] = [
  'uid',
  'isdefault',
  'category',
  'privilege',
  'type',
  'status',
  'canSendMail',
  'lastmodifiedtime',
  'calemptiedtime',
  'private',
]

/**
 * `calendarData`. A new calendar needs `name` and `color`; of a change, what is left out stays.
 * @param before what is changed; null: a new one
 */
export function parseCalendar(
  json: string,
  before: CalendarContent | null,
  settings: CalendarSettings,
): CalendarContent | Refusal {
  const value = parseJson(json)
  if (isRefusal(value)) return value
  const fields = new Fields(value, { writable, responseOnly }, settings)
  if (before === null) {
    fields.require('name')
    fields.require('color')
  }
  const content: CalendarContent = {
    name: fields.text('name', 50, before?.name),
    description: fields.text('description', 1_000, before?.description),
    color: fields.color('color', before?.color ?? ''),
    textColor: fields.color('textcolor', before?.textColor ?? '#FFFFFF'),
    timezone: fields.read('timezone', before?.timezone ?? settings.timezone, zone =>
      isZone(zone) ? zone : null,
    ),
    isInFreeBusy: fields.flag('include_infreebusy', before?.isInFreeBusy ?? true),
    isVisible: fields.flag('visibility', before?.isVisible ?? true),
    public: fields.read('public', before?.public ?? 'disable', parsePublic),
    reminders: fields.has('reminders')
      ? fields.list('reminders', ['action', 'minutes'], settings, item => ({
          action: item.read('action', 'email', action => (isAction(action) ? action : null)),
          minutes: item.read('minutes', 0, parseInteger),
        }))
      : (before?.reminders ?? []),
  }
  if (content.name === '') fields.refuse(new Refusal('PATTERN_NOT_MATCHED'))
  return fields.refusal ?? content
}

function parsePublic(value: unknown): CalendarContent['public'] | null {
  return value === 'disable' || value === 'freebusy' || value === 'view' ? value : null
}

function isAction(value: unknown): value is string {
  return value === 'email' || value === 'popup' || value === 'notification'
}

/** A calendar as answers have it. */
export function calendarBody(calendar: StoredCalendar, url: string): object {
  const { uid, content, isDefault, category, privilege, createdAt, modifiedAt } = calendar
  const place = `${url}/zc/${uid}`
  return {
    uid,
    name: content.name,
    description: content.description,
    isdefault: isDefault,
    category,
    privilege,
    type: 0,
    color: content.color,
    textcolor: content.textColor,
    timezone: content.timezone,
    include_infreebusy: content.isInFreeBusy,
    visibility: content.isVisible,
    status: true,
    canSendMail: true,
    // Of calendars, Zoho writes the minutes as text.
    reminders: content.reminders.map(({ minutes, action }) => ({ minutes: String(minutes), action })),
    lastmodifiedtime: utcTextOf(modifiedAt),
    calemptiedtime: utcTextOf(createdAt),
    private: { status: 'enabled', icalurl: `${place}/private.ics`, htmlurl: `${place}/private` },
    public: { privilege: content.public, icalurl: `${place}/public.ics`, htmlurl: `${place}/public` },
  }
}
