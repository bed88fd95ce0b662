import { InvalidInputError } from 'evergrant'
import { type NamesOf, refuseUnknownNames } from '../../known-names.ts'
import { type GivenTime, parseGivenDay, parseGivenRange } from './given-time.ts'
import { wireDay, wireInstant } from './wire-time.ts'
import { parseTimeZone } from './zone.ts'

/** When an event is to be: from an instant to another, or whole days. `timeZone` is the IANA zone that it is kept in. */
export type EventTimeInput =
  | {
      /** Text without an offset is meant in `timeZone`. Parts of a second are cut off. */
      readonly startAt: GivenTime
      readonly endAt: GivenTime
      readonly timeZone: string
    }
  | {
      /** `2026-03-29` */
      readonly startDate: string
      /** The last day, which is part of it. Default: the first. */
      readonly endDate?: string | undefined
      readonly timeZone: string
    }

/** Somebody to invite. */
export interface AttendeeInput {
  /** The e-mail address. */
  readonly email: string
  /** Default `required`. */
  readonly attendance?: 'none' | 'required' | 'optional' | undefined
  /** What a guest may do. Default `guest`: nothing more. */
  readonly permission?: 'guest' | 'view' | 'invite' | 'edit' | undefined
}

/** A reminder, so many minutes before the start. */
export interface ReminderInput {
  /** How it reminds. */
  readonly action: 'email' | 'popup' | 'notification'
  /** A whole number of minutes. */
  readonly minutesBefore: number
}

/** What is written of an event. */
export interface EventInput {
  /** Its name, up to 2,000 characters. */
  readonly title: string
  /** When it is to be. */
  readonly time: EventTimeInput
  /** Up to 10,000 characters. */
  readonly description?: string | null | undefined
  /** Up to 255 characters. */
  readonly location?: string | null | undefined
  /** A link, up to 2,000 characters. */
  readonly url?: string | null | undefined
  /** `#8cbf40` */
  readonly color?: string | null | undefined
  /** Whether others see no more than that there is something. */
  readonly isPrivate?: boolean | undefined
  /** Who is invited. A change replaces all of them. */
  readonly attendees?: readonly AttendeeInput[] | null | undefined
  /** A change replaces all of them. */
  readonly reminders?: readonly ReminderInput[] | null | undefined
  /** `FREQ=WEEKLY;COUNT=5` (RFC 5545), for an event that recurs. */
  readonly rrule?: string | null | undefined
  /** Whether its time counts as taken. Zoho's default: `busy`. */
  readonly availability?: 'busy' | 'free' | undefined
  /** Who gets a mail about this write. */
  readonly notify?: 'nobody' | 'attendees' | 'attendees_and_me' | undefined
}

/** What is to become of an event: what is left out stays as it is, null clears. */
export type EventChanges = { readonly [Name in keyof EventInput]?: EventInput[Name] | undefined }

/** Members of `eventdata`, under Zoho's names. Undefined clears a member in an update. */
export type EventData = Readonly<Record<string, unknown>>

const NAMES: NamesOf<EventInput> = {
  title: true,
  time: true,
  description: true,
  location: true,
  url: true,
  color: true,
  isPrivate: true,
  attendees: true,
  reminders: true,
  rrule: true,
  availability: true,
  notify: true,
}

const attendances = { none: 0, required: 1, optional: 2 }
const permissions = { guest: 0, view: 1, invite: 2, edit: 3 }
const notifications = { nobody: 0, attendees: 1, attendees_and_me: 2 }
const availabilities = { busy: 0, free: 1 }
const actions = { email: 'email', popup: 'popup', notification: 'notification' }

/** What a caller gave of an event as members of `eventdata`: only those that were given. */
export function eventData(changes: EventChanges, owner: string): EventData {
  if (typeof changes !== 'object' || changes === null)
    throw new InvalidInputError(`${owner} needs an object.`)
  refuseUnknownNames(changes, Object.keys(NAMES), { owner, noun: 'field' })
  const { description } = changes
  return {
    ...(changes.time === undefined ? {} : timeData(changes.time)),
    ...given('title', changes.title, text),
    ...given('description', description, value => text(value, 'description', 10_000)),
    // The two are one text: an old one with markup would be shown in the place of a new one without.
    ...(description === undefined ? {} : { richtext_description: undefined }),
    ...given('location', changes.location, value => text(value, 'location', 255)),
    ...given('url', changes.url, text),
    ...given('color', changes.color, color),
    ...given('isprivate', changes.isPrivate, flag),
    ...given('attendees', changes.attendees, attendees),
    ...given('reminders', changes.reminders, reminders),
    ...given('rrule', changes.rrule, text),
    ...given('transparency', changes.availability, value => one(value, availabilities, 'availability')),
    ...given('notify_attendee', changes.notify, value => one(value, notifications, 'notify')),
  }
}

function given<T>(
  name: string,
  value: T | null | undefined,
  read: (value: T, name: string) => unknown,
): EventData {
  if (value === undefined) return {}
  return { [name]: value === null ? undefined : read(value, name) }
}

function timeData(time: EventTimeInput): EventData {
  const fields: { [name: string]: unknown } = typeof time === 'object' && time !== null ? { ...time } : {}
  const timezone = parseTimeZone(fields.timeZone, 'time.timeZone')
  if ('startDate' in time) {
    const start = parseGivenDay(time.startDate, 'time.startDate')
    const end = parseGivenDay(time.endDate ?? start, 'time.endDate')
    if (end < start) throw new InvalidInputError('time.endDate is before time.startDate.')
    return { isallday: true, dateandtime: { start: wireDay(start), end: wireDay(end), timezone } }
  }
  const { startMs, endMs } = parseGivenRange(
    { from: time.startAt, to: time.endAt },
    timezone,
    'time.startAt',
    'time.endAt',
  )
  return { isallday: false, dateandtime: { start: wireInstant(startMs), end: wireInstant(endMs), timezone } }
}

function text(value: unknown, name: string, most = 2_000): string {
  if (typeof value === 'string' && value !== '' && value.length <= most) return value
  throw new InvalidInputError(`${name} has to be text of 1 to ${most} characters.`)
}

function color(value: unknown): string {
  if (typeof value === 'string' && /^#[\da-f]{6}$/i.test(value)) return value
  throw new InvalidInputError('color has to be written like #8cbf40.')
}

function flag(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new InvalidInputError(`${name} has to be true or false.`)
}

function one<T>(value: unknown, known: Readonly<Record<string, T>>, name: string): T {
  const found = typeof value === 'string' && Object.hasOwn(known, value) ? known[value] : undefined
  if (found !== undefined) return found
  throw new InvalidInputError(`${name} has to be one of: ${Object.keys(known).join(', ')}.`)
}

function attendees(list: readonly AttendeeInput[]): readonly EventData[] {
  return items(list, 'attendees').map(({ email, attendance = 'required', permission = 'guest' }) => {
    if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email))
      throw new InvalidInputError('attendees has an email that is no e-mail address.')
    return {
      email,
      attendance: one(attendance, attendances, 'attendance'),
      permission: one(permission, permissions, 'permission'),
      status: 'NEEDS-ACTION',
    }
  })
}

function reminders(list: readonly ReminderInput[]): readonly EventData[] {
  return items(list, 'reminders').map(({ action, minutesBefore }) => {
    if (!Number.isInteger(minutesBefore) || Number(minutesBefore) < 0)
      throw new InvalidInputError('minutesBefore of a reminder has to be a whole number, 0 or more.')
    return { action: one(action, actions, 'action'), minutes: 0 - Number(minutesBefore) }
  })
}

function items<T>(list: readonly T[], name: string): readonly { readonly [Name in keyof T]?: unknown }[] {
  if (Array.isArray(list) && list.every(item => typeof item === 'object' && item !== null)) return list
  throw new InvalidInputError(`${name} has to be a list of objects.`)
}
