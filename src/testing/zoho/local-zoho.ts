import type { LocalZoho } from './control.ts'
import { start } from './server.ts'
import type { InProcessOptions } from './settings.ts'

// In a file of its own, so that no type of the web framework is among those that users compile against: they
// need the browser's, which a project for Node does not have.

/**
 * Starts a local Zoho accounts server in this process, on 127.0.0.1. It answers as Zoho's does: errors with
 * HTTP 200, the throttle with HTTP 400, no new refresh token at a refresh.
 * @throws InvalidInputError the port is taken.
 *
 * @example
 * const zoho = await startLocalZoho()
 * await tokens.storeTokens('smart-tax-nation', 'zoho_crm', await zoho.issueGrant())
 * await zoho.close()
 * @see https://www.zoho.com/accounts/protocol/oauth.html
 */
export async function startLocalZoho(options: InProcessOptions = {}): Promise<LocalZoho> {
  return start(options)
}
