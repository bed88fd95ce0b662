import { createHash } from 'node:crypto'

/** What a page of the listener says. */
export type PageName = keyof typeof PAGES

// Nothing of a request, a provider or an account stands on a page: the terminal tells what happened.
const PAGES = {
  connected: ['Connected', 'You can close this page and go back to the terminal.'],
  asked: ['One question is left', 'Another account is connected already. Your terminal asks what to do.'],
  failed: ['Not connected', 'Your terminal says why. You can close this page.'],
  used: ['Used already', 'This address is good once. If it was not you who used it, look at the terminal.'],
  foreign: ['Not what was asked for', 'This is no answer to the question that the terminal waits for.'],
  unknown: ['Nothing here', 'The terminal has the address to open.'],
} as const

// The look of the routes' pages.
const STYLE = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.55 system-ui,sans-serif;background:#f5f6f8;color:#16181d}
main{box-sizing:border-box;width:calc(100% - 2.5rem);max-width:29rem;padding:2.25rem;background:#fff;border:1px solid #dfe2e8;border-radius:1rem}
h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.3}p{margin:0;color:#565c69}
@media(prefers-color-scheme:dark){body{background:#101216;color:#eceef2}main{background:#1a1d23;border-color:#2e333d}p{color:#a5acb9}}`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Of every answer. No script runs, nothing is loaded, nothing is kept, and no address is told to anybody. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}

/** A page without scripts, and without anything from outside. */
export function pageOf(name: PageName): string {
  const [title, text] = PAGES[name]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · evergrant</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1><p>${text}</p></main></body></html>
`
}
