import type { PublishedBody } from './published-body.ts'

const pages = 'https://www.zoho.com/calendar/help/api'
const written = {
  dateandtime: {
    timezone: 'America/Los_Angeles',
    start: '20260206T100000-0800',
    end: '20260206T110000-0800',
  },
  title: 'Team Meeting',
  isallday: false,
}
const wanted = { start: '20260206T100000-0800', end: '20260206T110000-0800', timezone: 'America/Los_Angeles' }
const event = {
  ...written,
  ...{ uid: 'c63e8b9fcb3e48c2a00b16729932d636@zoho.com', caluid: 'fda9b0b4ad834257b622cb3dc3555727' },
  ...{ organizer: 'user@example.com', createdby: 'user@example.com', role: 'organizer' },
  ...{ etag: '1770368451507', viewEventURL: 'https://calendar.zoho.com/…', createdtime: '20161017T143947Z' },
  ...{ createdtime_millis: 1_476_715_187_436, lastmodifiedtime: '20161017T143947Z', estatus: 'added' },
}

/** Calendars and their events; `{calendar}` is one that has none yet. */
export const calendars: readonly PublishedBody[] = [
  {
    page: `${pages}/get-calendar-list.html`,
    what: 'the calendars',
    request: { method: 'GET', path: '/api/v1/calendars' },
    status: 200,
    body: {
      calendars: [
        {
          ...{ uid: '1683be4ab6c74d2ab02e6450a0b34d4a', name: 'My Calendar', description: '' },
          ...{ isdefault: true, category: 'own', privilege: 'owner', color: '#8cbf40' },
          ...{ textcolor: '#FFFFFF', timezone: 'Asia/Calcutta', include_infreebusy: true },
        },
      ],
    },
  },
  {
    page: `${pages}/post-create-event.html`,
    what: 'an event that is added',
    request: {
      ...{ method: 'POST', path: '/api/v1/calendars/{calendar}/events' },
      form: { eventdata: JSON.stringify({ title: 'Team Meeting', dateandtime: wanted }) },
    },
    status: 200,
    body: { events: [event] },
  },
  {
    page: `${pages}/get-events-list.html`,
    what: 'the events of a range',
    request: {
      method: 'GET',
      path: `/api/v1/calendars/{calendar}/events?range=${encodeURIComponent('{"start":"20260201","end":"20260228"}')}`,
    },
    status: 200,
    body: { events: [event] },
  },
  {
    page: `${pages}/get-user-freebusy-details.html`,
    what: 'when somebody is busy',
    request: {
      method: 'GET',
      path: '/api/v1/calendars/freebusy?uemail={user}&sdate=20260201T000000&edate=20260228T000000&ftype=eventbased',
    },
    status: 200,
    body: { freebusy: [{ startTime: '20260721T180000Z', endTime: '20260721T190000Z', fbtype: 'busy' }] },
  },
]
