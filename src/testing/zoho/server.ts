import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { systemClock } from '../../clock.ts'
import { InvalidInputError } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { Accounts } from './accounts.ts'
import { controlOf } from './accounts-control.ts'
import type { LocalZoho, LocalZohoControl } from './control.ts'
import { addZohoRoutes, type ZohoRoute } from './routes.ts'
import type { LocalZohoOptions } from './settings.ts'

/** What only a local Zoho in this process can be given. */
export interface InProcessOptions extends LocalZohoOptions {
  /** Its own clock: lifetimes, windows and delays follow it. Default: this machine's. */
  readonly clock?: Clock | undefined
}

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
  return start(options, () => new Hono<ZohoRoute>())
}

/**
 * The same with routes of its own beside Zoho's. They are asked first and do not appear in the ledger.
 * @param extraRoutes what the process of `forkLocalZoho` adds to be controlled from outside
 */
export async function start(
  options: InProcessOptions,
  extraRoutes: (control: LocalZohoControl) => Hono<ZohoRoute>,
): Promise<LocalZoho> {
  const clock = options.clock ?? systemClock
  const accounts = new Accounts(options, clock)
  const control = controlOf(accounts)
  const closing = new AbortController()
  let url = ''
  const app = extraRoutes(control)
  addZohoRoutes(app, { accounts, clock, closing: closing.signal, url: () => url })
  // Other HTTP code of this process must not find its Request and Response replaced.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  const port = await listen(server, options.port ?? 0)
  url = `http://127.0.0.1:${port}`
  const close = async (): Promise<void> => {
    closing.abort()
    await stop(server)
  }
  return { ...control, url, port, close, [Symbol.asyncDispose]: close }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    throw new InvalidInputError(`The local Zoho cannot listen on 127.0.0.1:${port}; is the port taken?`)
  }
  return (server.address() as AddressInfo).port
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
