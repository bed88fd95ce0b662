import { InvalidInputError } from '../../errors.ts'
import type { LocalZohoControl } from './control.ts'

/** The control of a local Zoho in another process, by its URL. Its calls are those of the one in this process. */
export function remoteControl(url: string): LocalZohoControl {
  return {
    issueGrant: (...args) => call('issueGrant', args),
    issueCode: (...args) => call('issueCode', args),
    approveDevice: (...args) => call('approveDevice', args),
    refuseDevice: (...args) => call('refuseDevice', args),
    revokeGrant: (...args) => call('revokeGrant', args),
    killAccessToken: (...args) => call('killAccessToken', args),
    stateOf: (...args) => call('stateOf', args),
    fault: (...args) => call('fault', args),
    clearFaults: (...args) => call('clearFaults', args),
    configure: (...args) => call('configure', args),
    ledger: (...args) => call('ledger', args),
    summary: (...args) => call('summary', args),
    clearLedger: (...args) => call('clearLedger', args),
    calendarEvents: (...args) => call('calendarEvents', args),
    crmRecords: (...args) => call('crmRecords', args),
  }

  async function call<Name extends keyof LocalZohoControl>(
    name: Name,
    args: Parameters<LocalZohoControl[Name]>,
  ): Promise<Awaited<ReturnType<LocalZohoControl[Name]>>> {
    const response = await fetch(`${url}/_control/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // JSON would turn a left-out argument into null.
      body: JSON.stringify(args.filter(arg => arg !== undefined)),
    })
    const answer = parseAnswer(await response.json())
    if (!response.ok) throw new InvalidInputError(`The local Zoho refused ${name}: ${answer.error}`)
    // The other side is `controlRoutes` of this package, over a control of the same type.
    return answer.result as Awaited<ReturnType<LocalZohoControl[Name]>>
  }
}

function parseAnswer(body: unknown): { readonly result?: unknown; readonly error?: unknown } {
  return typeof body === 'object' && body !== null ? body : {}
}
