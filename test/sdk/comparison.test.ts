import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { OAuthTokenService } from 'evergrant'
import { type IssuedGrant, type LocalZoho, localZohoApp, startLocalZoho } from 'evergrant/testing'
import { ZohoCRMService } from 'evergrant/zoho'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { figuresOf, type LedgerFigures } from './ledger-figures.ts'
import { SdkProcess } from './sdk-process.ts'

const CALLS = 50
const CLIENT = 'smart-tax-nation'
const SCOPES = ['ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL', 'ZohoCRM.users.READ', 'ZohoCRM.org.READ']
const LATENCY_MS = 250

interface Round {
  readonly program: string
  readonly failed: number
  readonly figures: LedgerFigures
}

let zoho: LocalZoho
let lead: string
const rounds: Round[] = []

// Limits on calls at once are left out: here it is about the token alone.
beforeAll(async () => {
  zoho = await startLocalZoho({ crm: { concurrency: CALLS } })
  lead = String((await zoho.crmRecords('Leads'))[0]?.id)
})
afterAll(async () => {
  console.log(tableOf(rounds))
  await zoho.close()
})

test(`${CALLS} calls at once on a token that is over: Zoho’s SDK refreshes ${CALLS} times, and four of five calls fail`, async () => {
  const grant = await zoho.issueGrant({ scopes: SCOPES })
  await using sdk = await SdkProcess.start({ ...grant, url: zoho.url, app: localZohoApp })
  // It knows the fields of the module, and its token has a row of its own: nothing else is left to do for a call.
  expect((await sdk.call('get', lead)).status).toBe(200)
  await sdk.expire()
  await beginRound(grant)
  const calls = await sdk.callAtOnce(CALLS, 'get', lead)
  const failed = calls.filter(call => 'failed' in call || call.status !== 200)
  const figures = await endRound('Zoho’s SDK for Node 2.0.0', failed.length)
  expect(figures.refreshes).toEqual({ requests: 50, issued: 10, throttled: 40 })
  expect(failed).toHaveLength(40)
  for (const call of failed) expect(JSON.stringify(call)).toContain('Access Denied')
})

test(`${CALLS} calls at once on a token that is over: Evergrant refreshes once, and no call fails`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'evergrant-comparison-'))
  const grant = await zoho.issueGrant({ scopes: SCOPES })
  const tokens = await OAuthTokenService.open({
    database: `file:${directory}/evergrant.db`,
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
  })
  try {
    await tokens.storeTokens(CLIENT, 'zoho_crm', { ...grant, expiresIn: 1 })
    const crm = new ZohoCRMService({ tokens, clientId: CLIENT })
    await pause(1_100)
    await beginRound(grant)
    const calls = await Promise.allSettled(Array.from({ length: CALLS }, () => crm.getById(lead)))
    const failed = calls.filter(call => call.status === 'rejected' || call.value?.id !== lead)
    const figures = await endRound('Evergrant', failed.length)
    expect(failed).toEqual([])
    expect(figures.refreshes).toEqual({ requests: 1, issued: 1, throttled: 0 })
    expect(figures).toMatchObject({ calls: CALLS, refused: {} })
  } finally {
    await tokens.close()
    await rm(directory, { recursive: true, force: true })
  }
})

/** The access token is over. From now on a request for another takes its time, as on a network; the ledger is empty. */
async function beginRound({ accessToken }: IssuedGrant): Promise<void> {
  await zoho.killAccessToken(accessToken)
  await zoho.clearLedger()
  await zoho.fault({ kind: 'delay', ms: LATENCY_MS }, { times: 'until_cleared' })
}

async function endRound(program: string, failed: number): Promise<LedgerFigures> {
  await zoho.clearFaults()
  const figures = figuresOf(await zoho.ledger())
  rounds.push({ program, failed, figures })
  return figures
}

function tableOf(all: readonly Round[]): string {
  const names = ['program', 'requests for a token', 'issued', 'throttled', 'calls that failed']
  const rows = all.map(({ program, failed, figures: { refreshes } }) => {
    return [program, refreshes.requests, refreshes.issued, refreshes.throttled, `${failed} of ${CALLS}`]
  })
  const lines = [names, names.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
