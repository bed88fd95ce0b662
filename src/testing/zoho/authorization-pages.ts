import { html } from 'hono/html'
import type { SharedState } from './accounts.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { LocalZohoUser } from './settings.ts'

type Content = ReturnType<typeof html>

/** The page that asks the user. Its form goes to the page's own address: the request stands there. */
export function consentPage(
  { app, redirectUri, scopes }: AuthorizationRequest,
  { users, environments }: Pick<SharedState, 'users' | 'environments'>,
  signedIn: LocalZohoUser,
): string {
  return page(html`<h1>Local Zoho</h1>
<p>The app <code>${app.clientId}</code> wants to</p>
<ul>${scopes.map(scope => html`<li><code>${scope}</code></li>`)}</ul>
<form method="post">
<p><label>as ${userChoice(users, signedIn)}</label></p>
${environments.length > 1 ? html`<p><label>in <select name="environment">${environments.map(one => html`<option>${one}</option>`)}</select></label></p>` : ''}
${decisions}
</form>
<p><small>This page is on your own machine, for tests. It goes back to <code>${redirectUri}</code>.</small></p>`)
}

/** The page where a device is let in. @param code what it shows, where the address has it */
export function devicePage(users: readonly LocalZohoUser[], code: string): string {
  return page(html`<h1>Local Zoho</h1>
<form method="post">
<p><label>Code of the device <input name="code" value="${code}" autocomplete="off" required></label></p>
<p><label>as ${userChoice(users, users[0])}</label></p>
${decisions}
</form>
<p><small>This page is on your own machine, for tests.</small></p>`)
}

/** A page that says how something ended. */
export function noticePage(notice: string): string {
  return page(html`<h1>Local Zoho</h1>
<p>${notice}</p>`)
}

/** The page for a request that is wrong: the browser is not sent back. */
export function refusalPage(word: string): string {
  return page(html`<h1>Local Zoho</h1>
<p>An error occurred: <code>${word}</code></p>`)
}

const decisions = html`<p><button name="decision" value="accept">Accept</button>
<button name="decision" value="refuse">Reject</button></p>`

function userChoice(users: readonly LocalZohoUser[], chosen: LocalZohoUser | undefined): Content {
  return html`<select name="user">${users.map(
    ({ email, firstName, lastName, location }) =>
      html`<option value="${email}"${email === chosen?.email ? html` selected` : ''}>${firstName} ${lastName} (${email}${location === undefined ? '' : `, ${location}`})</option>`,
  )}</select>`
}

function page(content: Content): string {
  return String(html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Local Zoho</title>
<style>body{font-family:system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}button,select,input{font:inherit;padding:.4rem 1rem}</style>
</head><body>
${content}
</body></html>
`)
}
