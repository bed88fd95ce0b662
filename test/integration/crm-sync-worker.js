// A worker of examples/crm-sync as a process of its own, which its test kills. It says `ready`, and then works.
import { OAuthTokenService } from 'evergrant'
import { ZohoCalendarService, ZohoCRMService } from 'evergrant/zoho'
import pg from 'pg'
import { CallQueue } from '../../examples/crm-sync/call-queue.js'
import { work } from '../../examples/crm-sync/worker.js'

const { DATABASE_URL, CUSTOMER, LEASE_MS } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 })
const tokens = await OAuthTokenService.open()
const connection = { tokens, clientId: CUSTOMER }
const zoho = { crm: new ZohoCRMService(connection), calendar: new ZohoCalendarService(connection) }
process.on('disconnect', () => process.exit())
process.send('ready')
await work(new CallQueue(pool, { leaseMs: Number(LEASE_MS) }), zoho, {
  signal: new AbortController().signal,
  idleMs: 50,
  firstPauseMs: 50,
  report: () => {},
})
