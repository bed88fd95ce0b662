import type { Context, Hono } from 'hono'
import { type Answer, jsonAnswer } from '../answer.ts'
import { deliver, deliveryUnder } from '../delivery.ts'
import type { ZohoFault } from '../faults.ts'
import type { RouteEnvironment, ZohoRoute } from '../route-environment.ts'
import type { CalendarBooks } from './calendar-books.ts'
import type { CalendarCall, CalendarResult } from './call.ts'
import { rememberCalendars } from './every-event.ts'
import { type CalendarOperation, calendarOperations } from './operations.ts'
import { checkedParameters, parametersOf, type RequestParameters } from './parameters.ts'
import { isRefusal, Refusal, refusalAnswer } from './refusal.ts'
import { type CalendarSettings, zohoCalendarThrottle } from './settings.ts'
import { RollingThrottle, throttledRefusal } from './throttle.ts'

const BASE = '/api/v1'

/** Adds Zoho Calendar, API v1. https://www.zoho.com/calendar/help/api/introduction.html */
export function addCalendarRoutes(app: Hono<ZohoRoute>, environment: RouteEnvironment): void {
  rememberCalendars(environment)
  const throttle = new RollingThrottle(environment.clock)
  for (const operation of calendarOperations) {
    app.on(operation.method, BASE + operation.path, async context => {
      const { calendarAnswers, calendarBooksOf } = await import('./answers.ts')
      const answering: Answering = {
        throttle,
        books: calendarBooksOf(environment),
        answer: calendarAnswers[operation.answer],
      }
      return answerUnderFaults(context, environment, sent =>
        answerTo(context, environment, answering, operation, sent),
      )
    })
  }
  app.all(`${BASE}/*`, context =>
    answerUnderFaults(context, environment, () => new Refusal('URL_RULE_NOT_CONFIGURED', 404)),
  )
}

/** What an operation is answered with. */
interface Answering {
  readonly throttle: RollingThrottle
  readonly books: CalendarBooks
  readonly answer: (call: CalendarCall) => CalendarResult
}

async function answerUnderFaults(
  context: Context<ZohoRoute>,
  { accounts, clock, closing }: RouteEnvironment,
  work: (parameters: RequestParameters) => CalendarResult,
): Promise<Response> {
  const { req, env } = context
  const { line } = context.var
  const body = await req.text()
  const parameters = parametersOf(req.url, req.header('content-type'), body)
  const fault = accounts.faults.take('calendar')
  line.note({ fault: fault?.kind ?? null })
  const { calendar: settings } = accounts.settings
  const answer = (): Answer => {
    const result = work(parameters)
    line.note({ outcome: isRefusal(result) ? result.keyword : 'ok' })
    if (isRefusal(result)) return refusalAnswer(result, settings)
    return result === null ? { status: 204, headers: {}, body: '' } : jsonAnswer(result)
  }
  const delivery = deliveryUnder(inCalendarForm(fault, settings), answer, accounts.settings)
  return deliver(delivery, env.outgoing, clock, closing)
}

/** Faults that have a form of their own at the accounts server have that of the Calendar here. */
function inCalendarForm(fault: ZohoFault | null, settings: CalendarSettings): ZohoFault | null {
  const custom = (refusal: Refusal): ZohoFault => ({ kind: 'custom', ...refusalAnswer(refusal, settings) })
  if (fault?.kind === 'error') {
    return custom(new Refusal(fault.error, /^INVALID_(?:OAUTH|TICKET)/.test(fault.error) ? 401 : 400))
  }
  if (fault?.kind !== 'throttled') return fault
  const throttle = settings.throttle ?? zohoCalendarThrottle
  return custom(throttledRefusal(throttle, throttle.requests, throttle.windowMs))
}

function answerTo(
  context: Context<ZohoRoute>,
  environment: RouteEnvironment,
  { throttle, books, answer }: Answering,
  operation: CalendarOperation,
  sent: RequestParameters,
): CalendarResult {
  const { accounts, kind, url } = environment
  const { calendar: settings } = accounts.settings
  const { req } = context
  const [, token] = req.header('authorization')?.match(/^(?:zoho-oauthtoken|bearer) (\S+)$/i) ?? []
  if (token === undefined) return new Refusal('INVALID_TICKET', settings.noTicketStatus)
  const owner = accounts.accessTokens.ownerOf(token)
  const book = owner?.user == null ? null : books.of(owner.user, settings)
  if (owner === null || owner.environment !== kind || book === null)
    return new Refusal('INVALID_OAUTHTOKEN', 401)
  context.var.line.note({ grant: owner.grant })
  if (!hasScope(owner.scopes, operation.scope)) return new Refusal('INVALID_OAUTHSCOPE', 401)
  const throttled = throttledBy(throttle, book.owner, operation, settings)
  if (throttled !== null) return throttled
  const found = checkedParameters(sent, operation)
  if (isRefusal(found)) return found
  const call: CalendarCall = {
    books,
    book,
    settings,
    scopes: owner.scopes,
    url: url(),
    parameter: name => (name.startsWith(':') ? req.param(name.slice(1)) : found.get(name)),
    header: name => req.header(name),
  }
  return answer(call)
}

/** `ZohoCalendar.event.READ`, or `ZohoCalendar.event.ALL`. */
function hasScope(scopes: readonly string[], wanted: string): boolean {
  const [group] = wanted.split('.')
  return scopes.includes(`ZohoCalendar.${wanted}`) || scopes.includes(`ZohoCalendar.${group}.ALL`)
}

function throttledBy(
  throttle: RollingThrottle,
  user: string,
  { method, path }: CalendarOperation,
  { throttle: limits }: CalendarSettings,
): Refusal | null {
  if (limits === null) return null
  const isList = method === 'GET' && path === '/calendars'
  const most = isList ? limits.calendarListRequests : limits.requests
  return throttle.refuse(`${user} ${method} ${path}`, most, limits)
}
