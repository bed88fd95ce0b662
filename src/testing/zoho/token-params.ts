import type { HonoRequest } from 'hono'

/** The parameters of a request to the accounts server. */
export type TokenParams = Readonly<Record<string, string>>

/**
 * Zoho takes parameters from the query, from a urlencoded or multipart body, and the app's credentials from
 * `Authorization: Basic` too. What the body says wins over the query.
 */
export async function parseTokenParams(request: HonoRequest): Promise<TokenParams> {
  const params: Record<string, string> = Object.create(null)
  Object.assign(params, parseBasic(request.header('authorization')), request.query())
  for (const [name, value] of Object.entries(await request.parseBody())) {
    if (typeof value === 'string') params[name] = value
  }
  return params
}

/** The app's credentials in an `Authorization: Basic` header (RFC 6749 §2.3.1). */
export function parseBasic(header: string | undefined): TokenParams {
  const [, encoded] = header?.match(/^basic ([a-z0-9+/=]+)$/i) ?? []
  if (encoded === undefined) return {}
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon === -1) return {}
  return { client_id: pair.slice(0, colon), client_secret: pair.slice(colon + 1) }
}
