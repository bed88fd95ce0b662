import { FakeClock, type InProcessOptions, type LocalZoho, startLocalZoho } from 'evergrant/testing'

/** An answer of the local CRM, read. */
export interface CrmAnswer {
  readonly status: number
  readonly headers: Headers
  /** The JSON of the body; null: there was no body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers and compare what they find
  readonly body: any
}

/** A local Zoho under a fake clock, and a token for its CRM. */
export interface LocalCrm extends AsyncDisposable {
  readonly zoho: LocalZoho
  readonly clock: FakeClock
  readonly token: string
  /** Sends a request to `/crm/v8` with the token. A text is sent as it is, anything else as JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<CrmAnswer>
}

/** Starts one, empty unless the options say otherwise. */
export async function startLocalCrm(
  options: InProcessOptions = {},
  scopes: readonly string[] = [
    ...['ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL', 'ZohoCRM.users.ALL', 'ZohoCRM.org.ALL'],
  ],
): Promise<LocalCrm> {
  const clock = new FakeClock()
  const lasting = { accessTokenLifetimeMs: 1_000 * 86_400_000 }
  const zoho = await startLocalZoho({ clock, seedDemoData: false, ...lasting, ...options })
  const { accessToken: token } = await zoho.issueGrant({ scopes })
  const authorization = { authorization: `Zoho-oauthtoken ${token}` }
  return {
    zoho,
    clock,
    token,
    call: (method, path, body, headers) =>
      callCrm(`${zoho.url}/crm/v8${path}`, method, body, { ...authorization, ...headers }),
    [Symbol.asyncDispose]: () => zoho.close(),
  }
}

/** Sends one request and reads its answer. */
export async function callCrm(
  url: string,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<CrmAnswer> {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const answer = await fetch(url, { method, headers, ...sent })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) }
}
