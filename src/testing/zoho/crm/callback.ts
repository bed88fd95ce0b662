import type { CrmState } from './state.ts'

/**
 * A URL that the local Zoho may call: http on this machine. Null: any other; it reaches nothing beyond it.
 * @param text as it was sent
 */
export function callbackUrl(text: unknown): URL | null {
  if (typeof text !== 'string' || text.length > 2_000 || !URL.canParse(text)) return null
  const url = new URL(text)
  // The parser has made every spelling of an IPv4 address one: 127.1 and 0x7f000001 are 127.0.0.1 here.
  const here =
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(url.hostname) ||
    url.hostname === '[::1]' ||
    url.hostname === 'localhost'
  const plain = url.protocol === 'http:' && url.username === '' && url.password === ''
  return here && plain ? url : null
}

/** Sends a callback. Nobody waits for its answer longer than `callbackTimeoutMs`, and no redirect is followed. */
export async function sendCallback(
  { clock, settings }: CrmState,
  closing: AbortSignal,
  url: URL,
  body: object,
): Promise<void> {
  const over = new AbortController()
  const answered = fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.any([closing, over.signal]),
  })
    .then(response => response.body?.cancel())
    // Zoho tells nobody that a callback failed.
    .catch(() => undefined)
    .finally(() => over.abort())
  await Promise.race([answered, clock.delay(settings.callbackTimeoutMs, { signal: over.signal })])
  over.abort()
}
