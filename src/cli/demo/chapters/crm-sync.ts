import { systemClock } from 'evergrant/admin'
import type { ForkedLocalZoho } from 'evergrant/testing'
import type { Chapter } from '../chapter.ts'
import { counted, same } from '../finding.ts'
import type { IncomingCall } from '../sync-call.ts'
import { requestsDuring } from '../token-requests.ts'

const CALL: IncomingCall = {
  id: '2026-0042',
  phone: '+1 555 0142',
  lastName: 'Lovelace',
  summary: 'Wants to know what a late filing costs.',
  appointment: {
    startAt: '2030-03-04T15:00:00Z',
    endAt: '2030-03-04T15:30:00Z',
    timeZone: 'America/New_York',
  },
}
const PAUSE_MS = 20
const LIMIT_MS = 20_000

export const crmSync: Chapter = {
  title: 'A phone call becomes a lead, a note and an appointment, once',
  play: async ({ zoho, cast: [, , third, fourth] }) => {
    const { result: attempts, requests } = await requestsDuring(zoho, async () => {
      await troubleOfFirst(zoho)
      const asked = fourth.ask('sync', CALL)
      // Its process ends before it answers.
      asked.catch(() => {})
      await untilLeadIsThere(zoho)
      await fourth.end()
      await troubleOfNext(zoho)
      return attemptsOf(() => third.ask('sync', CALL))
    })
    await zoho.clearFaults()
    const leads = (await zoho.crmRecords('Leads')).filter(({ Phone }) => Phone === CALL.phone)
    const notes = (await zoho.crmRecords('Notes')).filter(
      ({ Note_Title }) => Note_Title === `Call ${CALL.id}`,
    )
    const appointments = (await zoho.calendarEvents()).filter(
      ({ title }) => title === `Talk to ${CALL.lastName}`,
    )
    const refreshes = requests.filter(({ outcome }) => outcome === 'issued').length
    return {
      checks: [
        same('leads with this number', leads.length, 1),
        same('notes of this call', notes.length, 1),
        same('appointments', appointments.length, 1),
        same('attempts of the process that took over', attempts, 2),
        // The first of the calendar's connection.
        same('refreshes', refreshes, 1),
      ],
      details: [
        'the CRM throttled; SIGKILL when the lead was written, and no note yet',
        'another took over; the answers to note and appointment were lost',
        `${counted(leads.length, 'lead')}, ${counted(notes.length, 'note')}, ${counted(appointments.length, 'appointment')}, ${counted(refreshes, 'refresh', 'refreshes')}`,
      ],
    }
  },
}

/** The lead gets through at the second attempt; then nothing is answered any more. */
async function troubleOfFirst(zoho: ForkedLocalZoho): Promise<void> {
  await zoho.fault({ kind: 'too_many_requests', retryAfter: '0' }, { endpoint: 'crm' })
  await zoho.fault({ kind: 'delay', ms: 0 }, { endpoint: 'crm' })
  await zoho.fault({ kind: 'hang' }, { endpoint: 'crm' })
}

/** Lead and look for notes get through; the note is written, and its answer lost. The same for the appointment. */
async function troubleOfNext(zoho: ForkedLocalZoho): Promise<void> {
  await zoho.clearFaults()
  await zoho.fault({ kind: 'delay', ms: 0 }, { endpoint: 'crm', times: 2 })
  await zoho.fault({ kind: 'lost_answer' }, { endpoint: 'crm' })
  await zoho.fault({ kind: 'delay', ms: 0 }, { endpoint: 'calendar', times: 2 })
  await zoho.fault({ kind: 'lost_answer' }, { endpoint: 'calendar' })
}

async function untilLeadIsThere(zoho: ForkedLocalZoho): Promise<void> {
  const endsAt = systemClock.monotonicMs() + LIMIT_MS
  while (systemClock.monotonicMs() < endsAt) {
    const leads = await zoho.crmRecords('Leads')
    if (leads.some(({ Phone }) => Phone === CALL.phone)) return
    await systemClock.delay(PAUSE_MS, { keepAlive: true })
  }
}

/** As whoever keeps a queue does: again, until it is done. */
async function attemptsOf(work: () => Promise<unknown>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work()
      return attempt
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}
