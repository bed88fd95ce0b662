import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { systemClock } from '../../clock.ts'
import { InvalidInputError } from '../../errors.ts'
import { Accounts } from './accounts.ts'
import { controlOf } from './accounts-control.ts'
import type { LocalZoho, LocalZohoControl } from './control.ts'
import type { ZohoRoute } from './route-environment.ts'
import { addZohoRoutes } from './routes.ts'
import type { InProcessOptions } from './settings.ts'

/**
 * Starts a local Zoho with routes beside Zoho's own. They are asked first and do not appear in the ledger.
 * @param extraRoutes what the process of `forkLocalZoho` adds to be controlled from outside
 * @throws InvalidInputError the port is taken.
 */
export async function start(
  options: InProcessOptions,
  extraRoutes: (control: LocalZohoControl) => Hono<ZohoRoute> = () => new Hono<ZohoRoute>(),
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
