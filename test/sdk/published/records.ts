import type { PublishedBody } from './published-body.ts'

const docs = 'https://www.zoho.com/crm/developer/docs/api/v8'
const specs = 'https://github.com/zoho/crm-oas'
const person = { name: 'Patricia Boyle', id: '4150868000000225013' }
const written = {
  Modified_Time: '2020-10-14T10:31:43+05:30',
  Modified_By: person,
  Created_Time: '2020-10-14T10:31:43+05:30',
  id: '4150868000003194003',
  Created_By: person,
}

/** Records, in the order in which they are asked: the lead that is deleted is needed before. */
export const records: readonly PublishedBody[] = [
  {
    page: `${docs}/insert-records.html`,
    what: 'a lead that is added',
    request: {
      ...{ method: 'POST', path: '/crm/v8/Leads' },
      body: {
        data: [{ Last_Name: 'Doe', Company: 'Z', Email: 'd@z.com' }],
        trigger: ['workflow'],
        apply_feature_execution: [{ name: 'layout_rules' }],
        skip_feature_execution: [{ name: 'cadences' }],
      },
    },
    status: 201,
    body: {
      data: [
        {
          code: 'SUCCESS',
          details: { ...written, $approval_state: 'approved' },
          message: 'record added',
          status: 'success',
        },
      ],
    },
  },
  {
    page: `${docs}/insert-records.html`,
    what: 'a record among others whose value has the wrong type',
    request: {
      ...{ method: 'POST', path: '/crm/v8/Leads' },
      body: {
        data: [
          { Last_Name: 'Right', Company: 'Z' },
          { Last_Name: 'Wrong', Company: {} },
        ],
      },
    },
    status: 207,
    body: {
      data: [
        { code: 'SUCCESS', details: written, message: 'record added', status: 'success' },
        {
          code: 'INVALID_DATA',
          details: { expected_data_type: 'text', api_name: 'Company', json_path: '$.data[1].Company' },
          message: 'invalid data',
          status: 'error',
        },
      ],
    },
  },
  {
    page: `${docs}/get-records.html`,
    what: 'a page of a list that goes on',
    request: {
      method: 'GET',
      path: '/crm/v8/Contacts?fields=Last_Name,Owner,Account_Name,Modified_Time&per_page=1',
    },
    status: 200,
    body: {
      data: [
        {
          id: '4150868000000002175',
          Last_Name: 'Doe',
          Owner: { ...person, email: 'p@x.com' },
          Account_Name: { name: 'Zylker', id: '4150868000000002176' },
          Modified_Time: '2023-10-15T14:20:00+00:00',
        },
      ],
      info: {
        ...{ per_page: 200, count: 200, page: 1, more_records: true, next_page_token: 'c8582xx9e7c7' },
        ...{ previous_page_token: null, page_token_expiry: '2022-11-11T15:08:14+05:30', sort_by: 'id' },
        ...{ sort_order: 'desc', call: false, email: false },
      },
    },
  },
  {
    page: `${docs}/upsert-records.html`,
    what: 'one record that was there, and one that was not',
    request: {
      ...{ method: 'POST', path: '/crm/v8/Leads/upsert' },
      body: {
        data: [
          { Last_Name: 'Boyle', Company: 'Z', Email: 'known@z.com' },
          { Last_Name: 'Boyle', Company: 'Z', Email: 'new@z.com' },
        ],
        duplicate_check_fields: ['Email', 'Phone'],
      },
    },
    status: 200,
    body: {
      data: [
        {
          ...{ code: 'SUCCESS', duplicate_field: 'Email', action: 'update', details: written },
          ...{ message: 'record updated', status: 'success' },
        },
        {
          ...{ code: 'SUCCESS', duplicate_field: null, action: 'insert', details: written },
          ...{ message: 'record added', status: 'success' },
        },
      ],
    },
  },
  {
    page: specs,
    what: 'a lead that is changed',
    request: {
      ...{ method: 'PUT', path: '/crm/v8/Leads' },
      body: { data: [{ id: '{lead}', Company: 'Zylker' }] },
    },
    status: 200,
    body: { data: [{ code: 'SUCCESS', details: written, message: 'record updated', status: 'success' }] },
  },
  {
    page: specs,
    what: 'a note that is added',
    request: {
      ...{ method: 'POST', path: '/crm/v8/Notes' },
      body: {
        data: [
          {
            ...{ Note_Title: 't', Note_Content: 'text' },
            Parent_Id: { module: { api_name: 'Leads' }, id: '{lead}' },
          },
        ],
      },
    },
    status: 201,
    body: { data: [{ code: 'SUCCESS', details: written, message: 'record added', status: 'success' }] },
  },
  {
    page: specs,
    what: 'a lead that is deleted',
    request: { method: 'DELETE', path: '/crm/v8/Leads?ids={lead}' },
    status: 200,
    body: {
      data: [
        {
          code: 'SUCCESS',
          details: { id: '4150868000003194003' },
          message: 'record deleted',
          status: 'success',
        },
      ],
    },
  },
]
