/** What an answer of Zoho's says of a refusal. */
export interface ZohoRefusal {
  /** Like `INVALID_DATA`; null: no code was found. */
  readonly zohoCode: string | null
  /** What Zoho says to a person, on one line; empty: nothing. */
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

const NOTHING: ZohoRefusal = { zohoCode: null, message: '', details: {} }
const CODE_MEMBERS = ['code', 'errorCode', 'error_code', 'title', 'error', 'message', 'msg']
const TEXT_MEMBERS = ['message', 'msg', 'description', 'error_description', 'reason']
const CODE = /^(?!SUCCESS$)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/

const MOST_OBJECTS = 100
const MOST_MEMBERS = 30
const LONGEST_TEXT = 300
const DEEPEST = 5

/**
 * Finds code, message and details wherever a product of Zoho's puts them: CRM's object, the arrays of Mail and Calendar,
 * `error` of Projects.
 */
export function refusalOf(body: unknown): ZohoRefusal {
  const objects = objectsOf(body)
  const named = objects.find(object => codeOf(object) !== null)
  if (named === undefined) return { ...NOTHING, message: textOf(objects) }
  const { details } = named
  const isObject = typeof details === 'object' && details !== null && !Array.isArray(details)
  return {
    zohoCode: codeOf(named),
    message: textOf([named, ...objects]),
    details: isObject ? detailsShown(details) : {},
  }
}

/** Whether an answer with a good status says all the same that nothing was done. */
export function isRefusal(body: unknown): boolean {
  if (Array.isArray(body)) {
    const [first, second] = body
    return isRefusal(typeof first === 'number' ? second : first) && body.length <= 2
  }
  if (typeof body !== 'object' || body === null) return false
  const looksLikeOne = 'errorCode' in body || 'error' in body || ('status' in body && body.status === 'error')
  return looksLikeOne && refusalOf(body).zohoCode !== null
}

/** Every object of a body, the outer ones first; a few levels, and not more than a bound. */
function objectsOf(body: unknown): readonly Record<string, unknown>[] {
  const found: Record<string, unknown>[] = []
  let level: readonly unknown[] = [body]
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const objects = level.filter(value => typeof value === 'object' && value !== null)
    found.push(...(objects.filter(value => !Array.isArray(value)) as Record<string, unknown>[]))
    level = objects.flatMap(value => Object.values(value)).slice(0, MOST_OBJECTS)
  }
  return found
}

function codeOf(object: Readonly<Record<string, unknown>>): string | null {
  for (const member of CODE_MEMBERS) {
    const value = object[member]
    if (typeof value === 'string' && value.length > 3 && value.length <= 64 && CODE.test(value)) return value
  }
  return null
}

function textOf(objects: readonly Record<string, unknown>[]): string {
  for (const object of objects) {
    for (const member of TEXT_MEMBERS) {
      const value = object[member]
      if (typeof value === 'string' && value.trim() !== '' && value !== codeOf(object))
        return shown(value.trim())
    }
  }
  return ''
}

/** Details as an error may carry them into a log: not endless, and without what looks like a token. */
export function detailsShown(details: object): Readonly<Record<string, unknown>> {
  return plain(details, 0) as Record<string, unknown>
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shown(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) return Array.isArray(value) ? [] : {}
  if (Array.isArray(value)) return value.slice(0, MOST_MEMBERS).map(item => plain(item, depth + 1))
  const members = Object.entries(value).slice(0, MOST_MEMBERS)
  return Object.fromEntries(members.map(([name, member]) => [shown(name), plain(member, depth + 1)]))
}

// Zoho's tokens look like 1000.<32 hex>.<32 hex>; the scheme stands before one that looks otherwise.
const TOKEN = /\b1\d{3}\.[0-9a-z]{16,}\.[0-9a-z]{16,}|(?<=\b(?:zoho-oauthtoken|bearer)\s+)\S+/gi

function shown(text: string): string {
  const safe = text.replace(TOKEN, '[secret]')
  return safe.length > LONGEST_TEXT ? `${safe.slice(0, LONGEST_TEXT - 1)}…` : safe
}
