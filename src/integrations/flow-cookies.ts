import { isLoopback } from './own-origin.ts'

const MOST_FLOWS = 8

/** What a browser keeps of one flow, so that only it can finish what it began. */
export interface FlowCookie {
  readonly binding: string
  /** Whether it came under the name that is for http on this machine, which guards no other flow. */
  readonly isPlain: boolean
}

/** The id of a flow, which tells the cookies of several tabs apart: a digest, so that the state stays where it is. */
export async function flowOf(state: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`flow ${state}`))
  return [...new Uint8Array(digest, 0, 16)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * The cookie of a new flow, and the ends of those of old ones: a browser that starts and never finishes would send
 * more of them than a server takes.
 * @param isSecure whether the callback comes by https; else it is http on this machine, where `Secure` may not work
 */
export function startCookies(request: Request, flow: string, binding: string, isSecure: boolean): string[] {
  const name = nameOf(flow, isSecure)
  const old = cookiesOf(request).filter(([other]) => /^(?:__Host-)?evergrant-[0-9a-f]{32}$/.test(other))
  const tooMany = old.slice(0, Math.max(0, old.length + 1 - MOST_FLOWS))
  return [...tooMany.map(([other]) => ended(other)), written(name, binding, 600)]
}

/** What the browser brought for a flow. Null: it did not begin it, or too long ago. */
export function flowCookie(request: Request, flow: string): FlowCookie | null {
  const cookies = new Map(cookiesOf(request))
  const binding = cookies.get(nameOf(flow, true))
  if (binding !== undefined) return { binding, isPlain: false }
  // A neighbour under the same domain can write a cookie of this name, so it is for this machine alone.
  const plain = isLoopback(request.headers.get('host')) ? cookies.get(nameOf(flow, false)) : undefined
  return plain === undefined ? null : { binding: plain, isPlain: true }
}

// `__Host-`: browsers take it by https and from this very host only, and send it nowhere else.
function nameOf(flow: string, isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}evergrant-${flow}`
}

// Lax: the browser comes back from the provider by a link, and brings no stricter cookie along.
function written(name: string, value: string, seconds: number): string {
  const secure = name.startsWith('__Host-') ? '; Secure' : ''
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly${secure}; SameSite=Lax`
}

function ended(name: string): string {
  return written(name, '', 0)
}

function cookiesOf(request: Request): [name: string, value: string][] {
  return (request.headers.get('cookie') ?? '').split(';').flatMap(pair => {
    const at = pair.indexOf('=')
    return at === -1 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]]
  })
}
