import { FakeClock, type InProcessOptions, type LocalZoho, startLocalZoho } from 'evergrant/testing'

/** An answer of the Calendar, as a judge reads it. */
export interface CalendarReply {
  readonly status: number
  readonly headers: Headers
  /** Null: it was no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: the bodies of another server, looked into by tests alone
  readonly body: any
}

/** What a call of the Calendar sends. */
export interface CalendarRequest {
  readonly method?: string
  readonly query?: Readonly<Record<string, unknown>>
  readonly form?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  /** Default: the token of all scopes. Null: no Authorization header. */
  readonly token?: string | null
}

/** A local Zoho with a token for its Calendar. */
export interface LocalCalendar extends AsyncDisposable {
  readonly zoho: LocalZoho
  readonly clock: FakeClock
  readonly token: string
  /** The uid of My Calendar. */
  readonly calendar: string
  call(path: string, request?: CalendarRequest): Promise<CalendarReply>
  /** Creates an event in My Calendar and gives it as it was answered. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  event(eventdata: object): Promise<any>
}

const scopes = ['calendar', 'event', 'freebusy'].map(group => `ZohoCalendar.${group}.ALL`)

/** Starts one on 1 January 2026, without demo data. */
export async function startLocalCalendar(options: InProcessOptions = {}): Promise<LocalCalendar> {
  const clock = new FakeClock()
  const zoho = await startLocalZoho({ clock, seedDemoData: false, refreshTokensPerUser: 1_000, ...options })
  const { accessToken: token } = await zoho.issueGrant({ scopes })
  const call = (path: string, request: CalendarRequest = {}): Promise<CalendarReply> =>
    callCalendar(zoho.url, path, { token, ...request })
  const { body } = await call('/calendars')
  const calendar: string = body.calendars[0].uid
  return {
    zoho,
    clock,
    token,
    calendar,
    call,
    event: async eventdata => {
      const reply = await call(`/calendars/${calendar}/events`, { method: 'POST', query: { eventdata } })
      return reply.body.events?.[0] ?? reply.body
    },
    [Symbol.asyncDispose]: () => zoho.close(),
  }
}

/** One call. Values that are no text are written as JSON, as Zoho wants them. */
export async function callCalendar(
  url: string,
  path: string,
  { method = 'GET', query = {}, form, headers = {}, json, token }: CalendarRequest,
): Promise<CalendarReply> {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
  const texts = (values: Readonly<Record<string, unknown>>): URLSearchParams =>
    new URLSearchParams(Object.entries(values).map(([name, value]): [string, string] => [name, text(value)]))
  const search = texts(query).toString()
  const answer = await fetch(`${url}/api/v1${path}${search === '' ? '' : `?${search}`}`, {
    method,
    headers: {
      ...(token == null ? {} : { authorization: `Zoho-oauthtoken ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? (form === undefined ? null : texts(form)) : JSON.stringify(json),
  })
  const body = await answer.text()
  return { status: answer.status, headers: answer.headers, body: parsed(body) }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
