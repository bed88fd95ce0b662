import type { ZohoCalendarService, ZohoCRMService } from 'evergrant/zoho'

/** A telephone call that a call centre took. */
export interface IncomingCall {
  readonly id: string
  readonly phone: string
  readonly lastName: string
  readonly summary: string
  readonly appointment: { readonly startAt: string; readonly endAt: string; readonly timeZone: string }
}

/** What it became at Zoho. */
export interface SyncedCall {
  readonly lead: string
  readonly appointment: string
}

/**
 * Brings a call to Zoho: a lead, a note, an appointment. However often it is run, and by whom: each step looks for what was
 * done before. `examples/crm-sync` is the same with a queue.
 */
export async function syncCall(
  crm: ZohoCRMService,
  calendar: ZohoCalendarService,
  { id, phone, lastName, summary, appointment }: IncomingCall,
): Promise<SyncedCall> {
  const lead = await crm.upsertLead(
    { Phone: phone, Last_Name: lastName, Company: lastName },
    { duplicateCheckFields: ['Phone'] },
  )
  const title = `Call ${id}`
  if (!(await hasNote(crm, lead.id, title))) await crm.addNote(lead.id, { title, content: summary })
  const [first] = await calendar.calendars()
  const event = await calendar.createEvent(
    first?.uid ?? '',
    { title: `Talk to ${lastName}`, time: appointment },
    { key: `call ${id}` },
  )
  return { lead: lead.id, appointment: event.uid }
}

async function hasNote(crm: ZohoCRMService, lead: string, title: string): Promise<boolean> {
  for await (const note of crm.related('Leads', lead, 'Notes', { fields: ['Note_Title'] })) {
    if (note.Note_Title === title) return true
  }
  return false
}
