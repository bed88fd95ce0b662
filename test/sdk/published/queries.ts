import type { PublishedBody } from './published-body.ts'

const docs = 'https://www.zoho.com/crm/developer/docs/api/v8'

/** Searches, notifications, bulk jobs. */
export const queries: readonly PublishedBody[] = [
  {
    page: `${docs}/search-records.html`,
    what: 'what a search finds',
    request: { method: 'GET', path: '/crm/v8/Leads/search?email=known@z.com' },
    status: 200,
    body: {
      data: [{ id: '4150868000000002175', Last_Name: 'Doe' }],
      info: { per_page: 200, count: 1, page: 1, more_records: false, sort_by: 'id', sort_order: 'desc' },
    },
  },
  {
    page: `${docs}/search-records.html`,
    what: 'a search for nothing',
    request: { method: 'GET', path: '/crm/v8/Leads/search' },
    status: 400,
    body: {
      code: 'EXPECTED_PARAM_MISSING',
      details: { param_names: ['criteria', 'email', 'phone', 'word'] },
      status: 'error',
    },
  },
  {
    page: `${docs}/COQL-Overview.html`,
    what: 'the rows of a query',
    request: {
      ...{ method: 'POST', path: '/crm/v8/coql' },
      body: {
        select_query:
          'select Last_Name, Account_Name.Account_Name from Contacts where Email is not null limit 0, 200',
        include_meta: ['fields'],
      },
    },
    status: 200,
    body: {
      data: [{ id: '4150868000000002175', Last_Name: 'Doe' }],
      info: { count: 1, more_records: false },
    },
  },
  {
    page: `${docs}/COQL-Overview.html`,
    what: 'a query without a condition',
    request: {
      ...{ method: 'POST', path: '/crm/v8/coql' },
      body: { select_query: 'select Last_Name from Contacts' },
    },
    status: 400,
    body: { code: 'SYNTAX_ERROR', details: { clause: 'where' }, message: 'missing clause', status: 'error' },
  },
  {
    page: `${docs}/notifications/overview.html`,
    what: 'a channel that is subscribed',
    request: {
      ...{ method: 'POST', path: '/crm/v8/actions/watch' },
      body: {
        watch: [
          {
            ...{ channel_id: '1000000068001', events: ['Deals.create'], token: 't' },
            ...{ notify_url: 'http://127.0.0.1:9/' },
          },
        ],
      },
    },
    status: 201,
    body: {
      watch: [
        {
          code: 'SUCCESS',
          details: {
            events: [
              {
                channel_expiry: '2024-12-31T23:59:59+00:00',
                resource_uri: 'https://www.zohoapis.com/crm/v8/Deals',
                ...{ resource_id: '4150868000000002175', resource_name: 'Deals' },
                channel_id: '1000000068001',
              },
            ],
          },
          message: 'Successfully subscribed for actions-watch of the given module',
          status: 'success',
        },
      ],
    },
  },
  {
    page: `${docs}/bulk-read/overview.html`,
    what: 'a bulk read that is added',
    request: {
      ...{ method: 'POST', path: '/crm/bulk/v8/read' },
      body: {
        query: { module: { api_name: 'Leads' }, fields: ['Last_Name'], page: 1 },
        file_type: 'csv',
      },
    },
    status: 201,
    body: {
      data: [
        {
          ...{ status: 'success', code: 'ADDED_SUCCESSFULLY', message: 'Added successfully.' },
          details: {
            ...{ id: '4150868000003194003', operation: 'read', state: 'ADDED' },
            ...{ created_by: {}, created_time: '2020-10-14T10:31:43+05:30' },
          },
        },
      ],
      info: {},
    },
  },
]
