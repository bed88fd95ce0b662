import { Hono } from 'hono'
import { InvalidInputError } from '../../errors.ts'
import type { LocalZohoControl } from './control.ts'
import type { ZohoRoute } from './route-environment.ts'

/** Every call of the control, so that none is forgotten here. */
const controlCalls: Readonly<Record<keyof LocalZohoControl, true>> = {
  issueGrant: true,
  issueCode: true,
  approveDevice: true,
  refuseDevice: true,
  revokeGrant: true,
  killAccessToken: true,
  stateOf: true,
  fault: true,
  clearFaults: true,
  configure: true,
  ledger: true,
  summary: true,
  clearLedger: true,
  calendarEvents: true,
  crmRecords: true,
}

/** `POST /_control/<call>` with the arguments as a JSON array: how `remoteControl` reaches another process. */
export function controlRoutes(control: LocalZohoControl): Hono<ZohoRoute> {
  const app = new Hono<ZohoRoute>()
  app.post('/_control/:call', async context => {
    try {
      const call = parseCallName(context.req.param('call'))
      const result = await invoke(control, call, parseArguments(await context.req.json()))
      return context.json({ result })
    } catch (error) {
      return context.json({ error: error instanceof Error ? error.message : 'unknown' }, 400)
    }
  })
  return app
}

function parseCallName(name: string): keyof LocalZohoControl {
  if (!Object.hasOwn(controlCalls, name))
    throw new InvalidInputError(`The local Zoho's control has no call ${name}.`)
  return name as keyof LocalZohoControl
}

function parseArguments(body: unknown): readonly unknown[] {
  if (!Array.isArray(body)) throw new InvalidInputError('The arguments of a control call are a JSON array.')
  return body
}

/** The arguments come from `remoteControl`, whose types are those of the control: they are not parsed again. */
function invoke(
  control: LocalZohoControl,
  call: keyof LocalZohoControl,
  args: readonly unknown[],
): Promise<unknown> {
  const callee = control[call] as (...args: readonly unknown[]) => Promise<unknown>
  return callee(...args)
}
