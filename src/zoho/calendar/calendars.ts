import { InvalidInputError } from 'evergrant'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { listIn, notUnderstood } from './calendar-api.ts'
import { isRecord } from './json-object.ts'

/** A calendar of the user, as Zoho told it. */
export interface Calendar {
  /** What calls name it by. */
  readonly uid: string
  readonly name: string
  /** Empty: none. */
  readonly description: string
  /** Whether new events go there where nothing is said. */
  readonly isDefault: boolean
  /** IANA name. Null: not told. */
  readonly timeZone: string | null
  /** `#8cbf40` */
  readonly color: string | null
  /** `owner` of the user's own; of others `view`, `edit`, `delegate`, `freebusy`. Null: not told. */
  readonly privilege: string | null
  /** `own`, `group`, `app`, `others`. Null: not told. */
  readonly category: string | null
  /** Whether its events are among those of free/busy. Null: not told. */
  readonly isInFreeBusy: boolean | null
  /** Everything that Zoho sent, under Zoho's names. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** Which calendars are listed. */
export interface ListCalendarsOptions {
  /** Default `own`. */
  readonly category?: 'own' | 'group' | 'app' | 'others' | 'all' | undefined
  /** Hidden ones, too. Default false. */
  readonly hidden?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** What is written of a calendar. */
export interface CalendarInput {
  /** Up to 50 characters. */
  readonly name: string
  /** `#8cbf40` */
  readonly color: string
  /** Up to 1,000 characters. */
  readonly description?: string | undefined
  /** IANA name. */
  readonly timeZone?: string | undefined
  /** Whether its events are among those of free/busy. */
  readonly isInFreeBusy?: boolean | undefined
}

/** What is to become of a calendar: what is left out stays as it is. */
export type CalendarChanges = { readonly [Name in keyof CalendarInput]?: CalendarInput[Name] | undefined }

const categories = ['own', 'group', 'app', 'others', 'all']

/** The calendars of a list, and what makes it another list. */
export function listQuery({ category, hidden }: ListCalendarsOptions): Readonly<Record<string, string>> {
  if (category !== undefined && !categories.includes(category))
    throw new InvalidInputError(`category has to be one of: ${categories.join(', ')}.`)
  return { ...(category !== undefined && { category }), ...(hidden === true && { showhiddencal: 'true' }) }
}

export async function listCalendars(
  requests: ZohoRequests,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<readonly Calendar[]> {
  const scopes = ['ZohoCalendar.calendar.READ']
  const answer = await requests.send({ method: 'GET', path: ['calendars'], query, scopes, signal })
  return listIn(answer, 'calendars', requests).map(value => calendarOf(value, requests))
}

/** Makes a calendar, or changes the one of a uid. */
export async function writeCalendar(
  requests: ZohoRequests,
  uid: string | null,
  { name, color, description, timeZone, isInFreeBusy }: CalendarChanges,
  signal: AbortSignal | undefined,
): Promise<Calendar> {
  const data = { name, color, description, timezone: timeZone, include_infreebusy: isInFreeBusy }
  const answer = await requests.send({
    method: uid === null ? 'POST' : 'PUT',
    path: uid === null ? ['calendars'] : ['calendars', uid],
    form: { calendarData: JSON.stringify(data) },
    scopes: [`ZohoCalendar.calendar.${uid === null ? 'CREATE' : 'UPDATE'}`],
    signal,
  })
  const [value] = listIn(answer, 'calendars', requests)
  if (value === undefined) throw notUnderstood('no calendar after one was written', requests)
  return calendarOf(value, requests)
}

export async function deleteCalendar(
  requests: ZohoRequests,
  uid: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const scopes = ['ZohoCalendar.calendar.DELETE']
  await requests.send({ method: 'DELETE', path: ['calendars', uid], scopes, idempotent: true, signal })
}

function calendarOf(value: unknown, requests: ZohoRequests): Calendar {
  const raw = isRecord(value) ? value : {}
  const text = (name: string): string | null => {
    const member = raw[name]
    return typeof member === 'string' && member !== '' ? member : null
  }
  const uid = text('uid')
  if (uid === null) throw notUnderstood('a calendar without a uid', requests)
  return {
    uid,
    name: text('name') ?? '',
    description: text('description') ?? '',
    isDefault: raw.isdefault === true || raw.isdefault === 'true',
    timeZone: text('timezone'),
    color: text('color'),
    privilege: text('privilege'),
    category: text('category'),
    isInFreeBusy: typeof raw.include_infreebusy === 'boolean' ? raw.include_infreebusy : null,
    raw,
  }
}
