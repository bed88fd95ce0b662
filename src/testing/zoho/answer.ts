import type { LocalZohoSettings } from './settings.ts'

/** An HTTP answer before it is sent. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function jsonAnswer(body: unknown, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(body),
  }
}

/** An error of the token endpoint: HTTP 200 and this one key, whatever went wrong. */
export function errorAnswer(error: string): Answer {
  return jsonAnswer({ error })
}

/** The page that Zoho shows where a machine expects JSON. */
export function htmlAnswer(status: number): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html;charset=UTF-8' },
    body: `<!DOCTYPE html>
<html><head><title>Zoho Accounts</title></head>
<body><h1>An error occurred</h1><p>We could not process this request (${status}).</p></body></html>
`,
  }
}

/** A page for a person. */
export function pageAnswer(body: string, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html;charset=UTF-8', 'cache-control': 'no-store' },
    body,
  }
}

/** Sends the browser somewhere else. */
export function redirectAnswer(target: URL, status: 302 | 307 = 302): Answer {
  return { status, headers: { location: target.href, 'cache-control': 'no-store' }, body: '' }
}

/** The throttle's body has a form of its own, and its texts are localized. */
export function throttleAnswer({ throttle }: LocalZohoSettings): Answer {
  const body = throttle?.localized
    ? { error_description: '您连续发出的请求过多。请稍后再试。', error: '拒绝访问', status: 'failure' }
    : {
        error_description: 'You have made too many requests continuously. Please try again after some time.',
        error: 'Access Denied',
        status: 'failure',
      }
  return jsonAnswer(body, throttle?.status ?? 400)
}

/** An answer as the web standard's `Response`; an empty body is no body, as some statuses demand. */
export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body === '' ? null : body, { status, headers })
}
