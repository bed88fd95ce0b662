// One incoming call, brought to Zoho: a lead, a note on it, and an appointment. It may be run again at any time, by any
// process, after any failure: each step looks for what was done before.

/**
 * @param {{ crm: import('evergrant/zoho').ZohoCRMService, calendar: import('evergrant/zoho').ZohoCalendarService }} zoho
 * @param call { id, phone, lastName, email?, company?, summary,
 *   appointment?: { calendar, title, startAt, endAt, timeZone } }
 */
export async function syncCall({ crm, calendar }, call, signal) {
  // One request that Zoho does as a whole: two calls of one number at once give one lead.
  const lead = await crm.upsertLead(
    // Zoho wants a company of every lead.
    {
      Phone: call.phone,
      Last_Name: call.lastName,
      Email: call.email,
      Company: call.company ?? call.lastName,
    },
    { duplicateCheckFields: ['Phone'], signal },
  )
  const note = await noteOnce(crm, lead.id, call, signal)
  const event = call.appointment && (await appointmentOnce(calendar, call, signal))
  return { lead: lead.id, note, event: event?.uid ?? null }
}

/** Zoho has no key for a note that a caller may choose, so its title is one. */
async function noteOnce(crm, lead, call, signal) {
  const title = `Call ${call.id}`
  const [written] = await notesTitled(crm, lead, title, signal)
  if (written) return written
  await crm.addNote(lead, { title, content: call.summary }, { signal })
  // A process that was thought dead may have written one meanwhile: all keep the first.
  const [first, ...others] = await notesTitled(crm, lead, title, signal)
  if (others.length > 0) await crm.delete('Notes', others, { signal })
  return first
}

async function notesTitled(crm, lead, title, signal) {
  const ids = []
  // Of the lead itself: a search would read an index that lags behind.
  for await (const note of crm.related('Leads', lead, 'Notes', { fields: ['Note_Title'], signal })) {
    if (note.Note_Title === title) ids.push(note.id)
  }
  return ids.sort((one, other) => one.length - other.length || (one < other ? -1 : 1))
}

function appointmentOnce(calendar, call, signal) {
  const { calendar: uid, title, ...time } = call.appointment
  return calendar.createEvent(uid, { title, time }, { key: `call ${call.id}`, signal })
}
