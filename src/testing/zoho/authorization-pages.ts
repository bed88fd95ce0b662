import { html } from 'hono/html'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { LocalZohoUser } from './settings.ts'

/** The page that asks the user. Its form goes to the page's own address: the request stands there. */
export function consentPage(
  { app, redirectUri, scopes }: AuthorizationRequest,
  users: readonly LocalZohoUser[],
  signedIn: LocalZohoUser,
): string {
  return page(html`<h1>Local Zoho</h1>
<p>The app <code>${app.clientId}</code> wants to</p>
<ul>${scopes.map(scope => html`<li><code>${scope}</code></li>`)}</ul>
<form method="post">
<p><label>as <select name="user">${users.map(
    ({ email, firstName, lastName }) =>
      html`<option value="${email}"${email === signedIn.email ? html` selected` : ''}>${firstName} ${lastName} (${email})</option>`,
  )}</select></label></p>
<p><button name="decision" value="accept">Accept</button>
<button name="decision" value="refuse">Reject</button></p>
</form>
<p><small>This page is on your own machine, for tests. It goes back to <code>${redirectUri}</code>.</small></p>`)
}

/** The page for a request that is wrong: the browser is not sent back. */
export function refusalPage(word: string): string {
  return page(html`<h1>Local Zoho</h1>
<p>An error occurred: <code>${word}</code></p>`)
}

function page(content: ReturnType<typeof html>): string {
  return String(html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Local Zoho</title>
<style>body{font-family:system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}button,select{font:inherit;padding:.4rem 1rem}</style>
</head><body>
${content}
</body></html>
`)
}
