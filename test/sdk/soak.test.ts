import { FakeClock, startLocalZoho } from 'evergrant/testing'
import { ZohoCRMService } from 'evergrant/zoho'
import { expect, test } from 'vitest'
import { openBackEnds, runToEnd } from './back-ends.ts'
import { figuresOf, type LedgerFigures } from './ledger-figures.ts'

const CLIENT = 'smart-tax-nation'
const PROVIDER = 'zoho_crm'
const SCOPES = ['ZohoCRM.modules.ALL', 'ZohoSearch.securesearch.READ']
const BACK_ENDS = 4
/** Callers of whom each calls again and again: every record is met by more than one back end. */
const CALLERS = 497
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** How long a call takes at Zoho. */
const LATENCY_MS = 200

/** Half a minute of a processor's time; a machine that many work on takes what it takes. */
const TIMEOUT_MS = 15 * MINUTE_MS

/** What Zoho allows an organization with the `enterprise` edition and one user. */
const zohoAllows = { atOnce: 20, searchesAtOnce: 10, creditsInADay: 51_000, refreshesInTenMinutes: 10 }

test.each([
  { run: '10,000 calls in an hour', hours: 1, bursts: 100, callsInABurst: 100, refreshes: [2, 2] },
  { run: '1,000 calls in a day', hours: 24, bursts: 200, callsInABurst: 5, refreshes: [25, 29] },
] as const)(
  '$run from four back ends: one refresh for each lifetime of a token, every limit of Zoho kept, no call fails',
  { timeout: TIMEOUT_MS },
  async ({ run, hours, bursts, callsInABurst, refreshes: [least, most] }) => {
    const warnings: string[] = []
    const noteWarning = ({ message }: Error): number => warnings.push(message)
    process.on('warning', noteWarning)
    const clock = new FakeClock()
    await using zoho = await startLocalZoho({ clock, seedDemoData: false, crm: { latencyMs: LATENCY_MS } })
    const services = await openBackEnds(BACK_ENDS, clock, zoho)
    await services[0]?.storeTokens(CLIENT, PROVIDER, await zoho.issueGrant({ scopes: SCOPES }))
    // The first burst finds a token that is over.
    await clock.advance(HOUR_MS)

    const clients = services.map(tokens => new ZohoCRMService({ tokens, clientId: CLIENT }))
    const leads = new Map<string, string>()
    for (let burst = 0; burst < bursts; burst += 1) {
      const endsAt = clock.monotonicMs() + (hours * HOUR_MS) / bursts
      const calls = Array.from({ length: callsInABurst }, async (_, index) => {
        const number = burst * callsInABurst + index
        const email = `caller-${number % CALLERS}@example.com`
        await oneCall(clients[number % BACK_ENDS], number % 10, email, leads)
      })
      await runToEnd(clock, zoho, Promise.all(calls))
      await clock.advance(endsAt - clock.monotonicMs())
    }
    await Promise.all(services.map(service => service.close()))
    process.off('warning', noteWarning)
    expect(warnings).toEqual([])

    const figures = figuresOf(await zoho.ledger())
    console.log(rowOf(run, figures))
    expect(figures.calls).toBe(bursts * callsInABurst)
    expect(figures.refused).toEqual({})
    const { issued } = figures.refreshes
    expect(figures.refreshes).toEqual({ requests: issued, issued, throttled: 0 })
    expect(issued).toBeGreaterThanOrEqual(least)
    expect(issued).toBeLessThanOrEqual(most)
    // A token of an hour is followed by the next when between five and ten minutes of it are left, and no sooner.
    expect(Math.min(...figures.betweenTokensMs)).toBeGreaterThanOrEqual(50 * MINUTE_MS)
    expect(figures.mostRefreshesInTenMinutes).toBeLessThanOrEqual(zohoAllows.refreshesInTenMinutes)
    expect(figures.mostCallsAtOnce).toBeLessThanOrEqual(zohoAllows.atOnce)
    expect(figures.mostSearchesAtOnce).toBeLessThanOrEqual(zohoAllows.searchesAtOnce)
    // Each call is one credit.
    expect(figures.calls).toBeLessThan(zohoAllows.creditsInADay)
    const found = (await zoho.crmRecords('Leads')).map(({ id, Email }): [string, string] => [
      String(Email),
      id,
    ])
    expect(found).toHaveLength(leads.size)
    expect(new Map(found)).toEqual(leads)
  },
)

/** Of ten calls one searches, three list, four get and two upsert; who is not known yet is upserted, not got. */
async function oneCall(
  crm: ZohoCRMService | undefined,
  kind: number,
  email: string,
  leads: Map<string, string>,
): Promise<void> {
  if (crm === undefined) throw new RangeError('there is no such back end')
  const known = leads.get(email)
  if (kind === 0) {
    const found = await idsOf(crm.search('Leads', { email, exact: true }))
    expect(found).toEqual(known === undefined ? [] : [known])
  } else if (kind <= 3) {
    await crm.list('Leads', { fields: ['Last_Name', 'Email'], perPage: 10 }).next()
  } else if (kind <= 7 && known !== undefined) {
    expect(await crm.get('Leads', known)).toMatchObject({ id: known, Email: email })
  } else {
    const lead = { Last_Name: 'Caller', Company: 'None', Email: email }
    const { id } = await crm.upsertLead(lead, { duplicateCheckFields: ['Email'] })
    expect(id).toBe(known ?? id)
    leads.set(email, id)
  }
}

async function idsOf(found: AsyncIterable<{ readonly id: string }>): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const { id } of found) ids.push(id)
  return ids
}

function rowOf(run: string, figures: LedgerFigures): string {
  const { refreshes, mostRefreshesInTenMinutes, mostCallsAtOnce, mostSearchesAtOnce, betweenTokensMs } =
    figures
  const minutes = betweenTokensMs.map(ms => Math.round(ms / MINUTE_MS))
  const between =
    minutes.length === 0 ? '' : `, ${Math.min(...minutes)} to ${Math.max(...minutes)} minutes apart`
  return (
    `${run}: ${refreshes.issued} refreshes${between}, at most ${mostRefreshesInTenMinutes} in ten minutes; ` +
    `at most ${mostCallsAtOnce} calls and ${mostSearchesAtOnce} searches at once; refused: ${refusedIn(figures)}`
  )
}

function refusedIn({ refused }: LedgerFigures): string {
  const counts = Object.entries(refused).map(([code, count]) => `${count} ${code}`)
  return counts.length === 0 ? 'none' : counts.join(', ')
}
