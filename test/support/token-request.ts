import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type LocalZoho, localZohoApp } from 'evergrant/testing'

/** What arrived of an answer. */
export interface Exchange {
  /** Null: the connection ended before a status line. */
  readonly status: number | null
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** Whether the body is as long as it was announced. */
  readonly complete: boolean
}

/** Posts a form over a connection of its own, and says exactly what arrived. */
export async function postForm(url: string, form: Record<string, string>): Promise<Exchange> {
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  sent.end(new URLSearchParams(form).toString())
  try {
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return await received(answer)
  } catch {
    return { status: null, headers: {}, body: '', complete: false }
  }
}

async function received(answer: IncomingMessage): Promise<Exchange> {
  let body = ''
  answer.setEncoding('utf8').on('data', chunk => {
    body += chunk
  })
  await once(answer, 'end').catch(() => undefined)
  return { status: answer.statusCode ?? null, headers: answer.headers, body, complete: answer.complete }
}

/** A refresh with the default app, as a client sends it. */
export function refreshForm(refreshToken: string): Record<string, string> {
  return {
    grant_type: 'refresh_token',
    client_id: localZohoApp.clientId,
    client_secret: localZohoApp.clientSecret,
    refresh_token: refreshToken,
  }
}

/** Sends a refresh to the local Zoho and gives the parsed body. */
export async function refreshAt(zoho: LocalZoho, refreshToken: string): Promise<Record<string, unknown>> {
  const { body } = await postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))
  return JSON.parse(body)
}
