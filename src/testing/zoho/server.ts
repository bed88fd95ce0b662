import { once, setMaxListeners } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { systemClock } from '../../clock.ts'
import { InvalidInputError } from '../../errors.ts'
import { controlOf } from './accounts-control.ts'
import type { LocalZoho, LocalZohoAddresses, LocalZohoControl } from './control.ts'
import { DataCentres } from './data-centres.ts'
import type { RouteEnvironment, ZohoRoute } from './route-environment.ts'
import { addZohoRoutes } from './routes.ts'
import type { InProcessOptions } from './settings.ts'

/**
 * Starts a local Zoho with routes beside Zoho's own, at its first data centre. They are asked first and do not appear
 * in the ledger.
 * @param extraRoutes what the process of `forkLocalZoho` adds to be controlled from outside
 * @throws InvalidInputError an option is wrong, or a port is taken.
 */
export async function start(
  options: InProcessOptions,
  extraRoutes: (control: LocalZohoControl) => Hono<ZohoRoute> = () => new Hono<ZohoRoute>(),
): Promise<LocalZoho> {
  const clock = options.clock ?? systemClock
  const centres = new DataCentres(options, clock)
  const control = controlOf(centres)
  const closing = new AbortController()
  // Each answer that takes its time waits for it: no leak, of which Node would warn from 11 of them on.
  setMaxListeners(0, closing.signal)
  const servers: Server[] = []
  const close = async (): Promise<void> => {
    closing.abort()
    await Promise.all(servers.map(stop))
  }
  try {
    for (const accounts of centres.all) {
      for (const kind of centres.environments) {
        const app = servers.length === 0 ? extraRoutes(control) : new Hono<ZohoRoute>()
        const url = (): string => accounts.urls.get(kind) ?? ''
        const environment: RouteEnvironment = { accounts, kind, clock, closing: closing.signal, url }
        addZohoRoutes(app, environment)
        // Other HTTP code of this process must not find its Request and Response replaced.
        const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
        const port = await listen(server, portOf(options, servers.length))
        servers.push(server)
        accounts.urls.set(kind, `http://127.0.0.1:${port}`)
      }
    }
  } catch (error) {
    await close()
    throw error
  }
  return { ...control, ...addressesOf(centres), close, [Symbol.asyncDispose]: close }
}

function addressesOf({ all }: DataCentres): LocalZohoAddresses {
  const url = all[0]?.url ?? ''
  return {
    url,
    urls: Object.fromEntries(all.map(accounts => [accounts.location, accounts.url])),
    environmentUrls: Object.fromEntries(
      all.map(({ location, urls }) => [location, Object.fromEntries(urls)]),
    ),
    port: Number(new URL(url).port),
  }
}

function portOf({ port = 0 }: InProcessOptions, index: number): number {
  return port === 0 ? 0 : port + index
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1')
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
