import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { OAuthTokenService } from 'evergrant'
import { forkLocalZoho, localZohoApp, seededRandomness } from 'evergrant/testing'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { ExampleApp } from '../support/example-app.ts'
import { freshDatabase } from '../support/postgres.ts'
import { CLIENT, KEYS } from '../support/services.ts'

/** What `examples/crm-sync/call-queue.js` exports: a program without types, as its users write it. */
interface Queue {
  createTable(): Promise<void>
  enqueue(call: { readonly id: string }): Promise<void>
  resume(id: string): Promise<void>
  report(): Promise<{
    readonly waiting: number
    readonly done: number
    readonly parked: number
    readonly reasons: readonly { readonly id: string; readonly last_error: string }[]
  }>
}
const example = new URL('../../examples/crm-sync/call-queue.js', import.meta.url).href
const { CallQueue } = (await import(example)) as {
  readonly CallQueue: new (pool: pg.Pool, options: { readonly leaseMs: number }) => Queue
}

const WORKER = fileURLToPath(new URL('crm-sync-worker.js', import.meta.url))
const CALLS = 36
const CALLERS = 12
const WORKERS = 3
const KILLS = 5
const LEASE_MS = 1_500

const zoho = await forkLocalZoho({ accessTokenLifetimeMs: 3_000, throttle: null, seedDemoData: false })
const database = await freshDatabase()
const pool = new pg.Pool({ connectionString: database.url })
const environment = {
  PATH: process.env.PATH ?? '',
  DATABASE_URL: database.url,
  EVERGRANT_ENCRYPTION_KEYS: KEYS,
  ZOHO_ACCOUNTS_SERVER: zoho.url,
  ZOHO_CLIENT_ID: localZohoApp.clientId,
  ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
  CUSTOMER: CLIENT,
  LEASE_MS: String(LEASE_MS),
}
afterAll(async () => {
  await pool.end()
  await zoho.close()
})

async function startWorker(): Promise<ChildProcess> {
  const child = fork(WORKER, { env: environment, execArgv: [] })
  await once(child, 'message')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** A customer who is connected to both, and the calendar of the account. */
async function connect(): Promise<string> {
  await using tokens = await OAuthTokenService.open({
    database: database.url,
    encryptionKeys: KEYS,
    providers: { zoho_calendar: { ...localZohoApp, accountsServer: zoho.url } },
  })
  const calendarScopes = ['ZohoCalendar.calendar.ALL', 'ZohoCalendar.event.ALL']
  await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant({ scopes: ['ZohoCRM.modules.ALL'] }))
  await tokens.storeTokens(CLIENT, 'zoho_calendar', await zoho.issueGrant({ scopes: calendarScopes }))
  const list = await tokens.fetch(CLIENT, 'zoho_calendar', `${zoho.url}/api/v1/calendars`)
  const { calendars } = (await list.json()) as { calendars: readonly { readonly uid: string }[] }
  return calendars[0]?.uid ?? ''
}

function callOf(number: number, calendar: string): { readonly id: string } {
  const hour = String(Math.floor(number / 2) % 24).padStart(2, '0')
  const day = `2026-12-${String(1 + Math.floor(number / 48)).padStart(2, '0')}`
  const call = {
    id: `call-${number}`,
    phone: `+1 555 01${String(number % CALLERS).padStart(2, '0')}`,
    lastName: `Caller ${number % CALLERS}`,
    summary: `What was said in call ${number}`,
    appointment: {
      calendar,
      title: `Appointment of call ${number}`,
      startAt: `${day}T${hour}:${number % 2 === 0 ? '00' : '30'}:00Z`,
      endAt: `${day}T${hour}:${number % 2 === 0 ? '25' : '55'}:00Z`,
      timeZone: 'America/New_York',
    },
  }
  return call
}

/** What goes wrong at Zoho while the calls are worked on. */
async function trouble(): Promise<void> {
  for (const endpoint of ['crm', 'calendar'] as const) {
    for (let round = 0; round < 3; round += 1) {
      await zoho.fault({ kind: 'delay', ms: 1 }, { endpoint, times: 6 })
      await zoho.fault({ kind: 'lost_answer' }, { endpoint, times: 2 })
      await zoho.fault({ kind: 'server_error' }, { endpoint })
      await zoho.fault({ kind: 'too_many_requests', retryAfter: '0' }, { endpoint, times: 2 })
      await zoho.fault({ kind: 'drop' }, { endpoint })
    }
  }
  await zoho.fault({ kind: 'server_error' }, { times: 2 })
}

test('calls become leads, notes and appointments once, while processes die, tokens expire and Zoho stumbles', async () => {
  const queue = new CallQueue(pool, { leaseMs: LEASE_MS })
  await queue.createTable()
  const calendar = await connect()
  await zoho.clearLedger()
  const calls = Array.from({ length: CALLS }, (_, number) => callOf(number, calendar))
  await Promise.all([...calls, ...calls].map(call => queue.enqueue(call)))
  expect(await zoho.ledger(), 'nobody who takes a call in waits for Zoho').toEqual([])
  await trouble()

  const before = (await zoho.calendarEvents()).length
  const workers = await Promise.all(Array.from({ length: WORKERS }, startWorker))
  const randomness = seededRandomness(6)
  for (let kills = 0; (await queue.report()).waiting > 0; ) {
    await new Promise(resolve => setTimeout(resolve, 100 + randomness.fraction() * 500))
    if (kills === KILLS) continue
    kills += 1
    const index = Math.floor(randomness.fraction() * WORKERS)
    const victim = workers[index]
    if (victim !== undefined) await kill(victim)
    workers[index] = await startWorker()
  }
  await Promise.all(workers.map(kill))

  expect(await queue.report()).toMatchObject({ done: CALLS, parked: 0, reasons: [] })
  const leads = await zoho.crmRecords('Leads')
  expect(leads.map(({ Phone }) => Phone).sort()).toEqual(
    Array.from({ length: CALLERS }, (_, number) => `+1 555 01${String(number).padStart(2, '0')}`),
  )
  const notes = await zoho.crmRecords('Notes')
  expect(notes.map(({ Note_Title }) => Note_Title).sort()).toEqual(calls.map(({ id }) => `Call ${id}`).sort())
  const events = (await zoho.calendarEvents()).slice(before)
  expect(events.map(({ title }) => title).sort()).toEqual(
    calls.map((_, number) => `Appointment of call ${number}`).sort(),
  )
  const { overlaps } = await zoho.summary()
  expect(overlaps).toBe(0)
})

test('a failure that only a person can mend parks the call, with the reason, and the next one goes on', async () => {
  await pool.query('truncate incoming_calls')
  const queue = new CallQueue(pool, { leaseMs: LEASE_MS })
  await using tokens = await OAuthTokenService.open({ database: database.url, encryptionKeys: KEYS })
  await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant({ scopes: ['ZohoCRM.users.READ'] }))
  await queue.enqueue({ id: 'no-scope', phone: '+1 555 0199', lastName: 'Nobody', summary: 'x' } as {
    id: string
  })
  const worker = await startWorker()
  await expect.poll(async () => (await queue.report()).parked).toBe(1)
  const [parked] = (await queue.report()).reasons
  expect(parked).toMatchObject({ id: 'no-scope', attempts: 1 })
  expect(parked?.last_error).toMatch(/^INSUFFICIENT_SCOPE: .*ZohoCRM\.modules/)

  await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant({ scopes: ['ZohoCRM.modules.ALL'] }))
  // The worker learns of the new grant when the token that it remembers ends.
  const resumed = async (): Promise<number> => {
    await queue.resume('no-scope')
    return (await queue.report()).done
  }
  await expect.poll(resumed).toBe(1)
  await kill(worker)
})

test('the program of the example takes a call in by HTTP, and brings it to Zoho', async () => {
  await pool.query('truncate incoming_calls')
  await using program = await ExampleApp.start('examples/crm-sync/server.js', { ...environment, PORT: '0' })
  const [url] = /http:\S+/.exec(program.printed) ?? ['']
  const post = (call: object): Promise<Response> =>
    fetch(`${url}/calls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    })
  expect((await post({ id: 'incomplete' })).status).toBe(400)
  const call = { id: 'by-http', phone: '+1 555 0198', lastName: 'Hopper', summary: 'x' }
  expect((await post(call)).status).toBe(202)
  expect((await post(call)).status).toBe(202)
  const report = async (): Promise<unknown> => (await fetch(`${url}/calls`)).json()
  await expect.poll(report).toMatchObject({ waiting: 0, done: 1, parked: 0 })
  const leads = await zoho.crmRecords('Leads')
  expect(leads.filter(({ Phone }) => Phone === call.phone)).toMatchObject([{ Last_Name: 'Hopper' }])
})
