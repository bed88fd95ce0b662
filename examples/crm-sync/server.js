// A call centre's back end: POST /calls takes a call in and answers at once; workers bring it to Zoho. Run it with
// DATABASE_URL, EVERGRANT_ENCRYPTION_KEYS, ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET, for a customer who is connected to
// zoho_crm and zoho_calendar. GET /calls tells what waits, and what needs a person.
import { oauthTokenService } from 'evergrant'
import { ZohoCalendarService, ZohoCRMService } from 'evergrant/zoho'
import express from 'express'
import pg from 'pg'
import { CallQueue } from './call-queue.js'
import { work } from './worker.js'

const { CUSTOMER = 'smart-tax-nation', DATABASE_URL, PORT = '3000', WORKERS = '2' } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL })
const queue = new CallQueue(pool)
await queue.createTable()

const connection = { tokens: oauthTokenService, clientId: CUSTOMER }
const zoho = { crm: new ZohoCRMService(connection), calendar: new ZohoCalendarService(connection) }
const stopping = new AbortController()
const workers = Array.from({ length: Number(WORKERS) }, () => work(queue, zoho, { signal: stopping.signal }))

const app = express()
app.post('/calls', express.json(), async (req, res) => {
  const { id, phone, lastName } = req.body ?? {}
  if (!id || !phone || !lastName) return res.status(400).json({ error: 'id, phone and lastName are needed' })
  await queue.enqueue(req.body)
  res.status(202).json({ id })
})
app.get('/calls', async (_req, res) => res.json(await queue.report()))
const server = app.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
)

process.once('SIGTERM', async () => {
  server.close()
  stopping.abort()
  await Promise.all(workers)
  await oauthTokenService.close()
  await pool.end()
})
