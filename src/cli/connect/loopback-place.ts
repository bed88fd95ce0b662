import { UsageError } from '../failure.ts'

/** Where on this machine a provider sends the browser back to. */
export interface LoopbackPlace {
  /** As it stands in URLs: `127.0.0.1`, `localhost` or `[::1]`. */
  readonly host: string
  /** 0: any free one, which a provider has to allow (RFC 8252 §7.3). */
  readonly port: number
  readonly pathname: string
  /** As it is registered; null: it is made of the parts, once the port is known. */
  readonly redirectUri: string | null
}

/** What a command line says of it. */
export interface RedirectOptions {
  readonly redirectUri: string | undefined
  readonly port: string | undefined
}

const HOSTS = ['127.0.0.1', 'localhost', '[::1]']

/**
 * The place of `--redirect-uri`, or of `--port`, or one of its own for each provider (RFC 8252 §7.3, §8.10).
 * @throws UsageError it is not on this machine, or both are given
 */
export function loopbackPlace({ redirectUri, port }: RedirectOptions, provider: string): LoopbackPlace {
  if (redirectUri === undefined) {
    const { pathname } = new URL(`http://127.0.0.1/callback/${encodeURIComponent(provider)}`)
    return { host: '127.0.0.1', port: parsePort(port), pathname, redirectUri: null }
  }
  if (port !== undefined) {
    throw new UsageError('--port does not go with --redirect-uri, which names a port itself.')
  }
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : null
  if (url === null || !isOnThisMachine(url, redirectUri)) {
    throw new UsageError(
      '--redirect-uri takes an http URL on this machine, as it is registered at the provider: ' +
        'http://localhost:8765/callback. The command line cannot answer at any other.',
    )
  }
  return { host: url.hostname, port: Number(url.port || '80'), pathname: url.pathname, redirectUri }
}

/** Whether the command line can answer at a redirect URI of a provider's options. */
export function isLoopbackRedirect(redirectUri: string): boolean {
  return URL.canParse(redirectUri) && isOnThisMachine(new URL(redirectUri), redirectUri)
}

function isOnThisMachine(url: URL, text: string): boolean {
  const { protocol, hostname, username, password } = url
  return (
    protocol === 'http:' &&
    HOSTS.includes(hostname) &&
    username === '' &&
    password === '' &&
    /^[\x21-\x7e]+$/.test(text) &&
    !text.includes('#')
  )
}

/** The value of `--port`; 0: any free one. @throws UsageError it is none */
export function parsePort(text: string | undefined): number {
  if (text === undefined) return 0
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65_535) return port
  throw new UsageError('--port takes a number from 1 to 65535.')
}
