/** What a user reads where there is nowhere to send him, or something to ask. All of it is text, never HTML. */
export interface ConnectPage {
  readonly status: number
  /** For programs: `wrong_browser`, `cross_site`, … */
  readonly reason: string
  readonly tone: 'good' | 'question' | 'bad'
  readonly title: string
  readonly text: string
  /** What can be agreed to, by a form. */
  readonly form?: { readonly action: string; readonly label: string; readonly fields: FormValues } | undefined
  /** Where it goes on. */
  readonly link: { readonly href: string; readonly label: string }
}

/** The hidden fields of a form. */
export type FormValues = Readonly<Record<string, string>>

// Inline, because a page that may stand at an address with a code in it loads nothing from anywhere.
const STYLE = `
:root{color-scheme:light dark;--paper:#f5f6f8;--card:#fff;--ink:#16181d;--soft:#565c69;--line:#dfe2e8;
--good:#1a7f4b;--question:#9a6200;--bad:#b3261e;--act:#1d4fd7;--on-act:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#101216;--card:#1a1d23;--ink:#eceef2;--soft:#a5acb9;--line:#2e333d;
--good:#5fd39a;--question:#f0b95b;--bad:#ff8a80;--act:#8eb0ff;--on-act:#0d1526}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:1.25rem;
background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:29rem;padding:2.25rem;background:var(--card);border:1px solid var(--line);
border-radius:1rem;box-shadow:0 1px 2px rgb(0 0 0/.05),0 12px 32px rgb(0 0 0/.07)}
.sign{display:grid;place-items:center;width:3rem;height:3rem;margin-bottom:1.25rem;border-radius:50%;
color:var(--tone);background:color-mix(in srgb,var(--tone) 14%,transparent)}
.good{--tone:var(--good)}.question{--tone:var(--question)}.bad{--tone:var(--bad)}
h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.3;overflow-wrap:anywhere;text-wrap:balance}
p{margin:0;color:var(--soft);overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.75rem}
form{display:contents}
.act,.way{flex:1 1 auto;min-height:2.75rem;padding:.625rem 1.125rem;border-radius:.625rem;border:1px solid var(--line);
font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;color:var(--ink);background:none}
.act{border-color:var(--act);background:var(--act);color:var(--on-act)}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
@media(max-width:30rem){main{padding:1.5rem}}
`

const SIGNS = {
  good: '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
  question: '<path d="M9 9a3 3 0 1 1 4.2 2.75c-.8.4-1.2 1-1.2 1.95M12 17.6v.1"/>',
  bad: '<path d="M12 6.5v6.5M12 17.3v.1"/>',
}

let policy: Promise<string> | null = null

/** A page without scripts, that nothing else may frame, keep or learn the address of. */
export async function pageAnswer(page: ConnectPage): Promise<Response> {
  policy ??= contentPolicy()
  return new Response(htmlOf(page), {
    status: page.status,
    headers: { ...quietHeaders(await policy), 'content-type': 'text/html; charset=utf-8' },
  })
}

/** The same for a program: problem details (RFC 9457). `code` is that of the error, where there is one. */
export function problemAnswer({ status, reason, title, text }: ConnectPage, code: string | null): Response {
  const problem = { title, status, detail: text, ...(code === null ? {} : { code }), reason }
  return new Response(JSON.stringify(problem), {
    status,
    headers: { ...quietHeaders(), 'content-type': 'application/problem+json' },
  })
}

/** What every answer bears: the address of a callback is a secret until the code in it is used. */
export function quietHeaders(
  contentPolicy = "default-src 'none'; frame-ancestors 'none'",
): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': contentPolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}

/** Whether a program asks, and not a person. */
export function wantsJson(request: Request): boolean {
  const accept = request.headers.get('accept') ?? ''
  return /\bapplication\/(?:[\w.-]+\+)?json\b/i.test(accept) && !/\btext\/html\b/i.test(accept)
}

async function contentPolicy(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE))
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`
}

function htmlOf({ tone, title, text, form, link }: ConnectPage): string {
  const fields = Object.entries(form?.fields ?? {}).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  )
  const agree =
    form === undefined
      ? ''
      : `<form method="post" action="${escaped(form.action)}">${fields.join('')}<button class="way">${escaped(form.label)}</button></form>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${tone}">
<div class="sign"><svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${SIGNS[tone]}</svg></div>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
<nav><a class="act" href="${escaped(link.href)}">${escaped(link.label)}</a>${agree}</nav>
</main>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
