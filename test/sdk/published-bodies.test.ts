import { type LocalZoho, localZohoApp, localZohoUser, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokens } from './published/accounts.ts'
import { calendars } from './published/calendar.ts'
import { metadata } from './published/metadata.ts'
import type { PublishedBody } from './published/published-body.ts'
import { queries } from './published/queries.ts'
import { records } from './published/records.ts'
import { refusals } from './published/refusals.ts'

const SCOPES = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.modules.READ',
  'ZohoCRM.settings.fields.READ',
  'ZohoCRM.settings.related_lists.READ',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
  'ZohoCRM.bulk.ALL',
  'ZohoCRM.notifications.ALL',
  'ZohoSearch.securesearch.READ',
  'ZohoCalendar.calendar.ALL',
  'ZohoCalendar.event.ALL',
  'ZohoCalendar.freebusy.ALL',
]
type Request = PublishedBody['request']

/** Words that clients tell answers by: the same to the letter. */
const WORDS = ['code', 'message', 'status', 'action', 'api_name', 'json_path', 'expected_data_type']

describe('the local Zoho answers as Zoho’s own pages show', () => {
  let zoho: LocalZoho
  let token: string
  const ids = new Map<string, string>()

  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name) => ids.get(name) ?? whole)

  const ask = ({
    method,
    path,
    body,
    form,
    authorization = `Zoho-oauthtoken ${token}`,
  }: Request): Promise<Response> => {
    const json = body === undefined ? undefined : filled(JSON.stringify(body))
    const fields = Object.entries(form ?? {}).map(([name, value]): [string, string] => [name, filled(value)])
    return fetch(zoho.url + filled(path), {
      method,
      headers: {
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(authorization === null ? {} : { authorization }),
      },
      body: json ?? (form === undefined ? null : new URLSearchParams(fields)),
    })
  }

  const make = async (module: string, record: object): Promise<string> => {
    const response = await ask({ method: 'POST', path: `/crm/v8/${module}`, body: { data: [record] } })
    const { data } = (await response.json()) as { readonly data: readonly { details: { id: string } }[] }
    return String(data[0]?.details.id)
  }

  const calendarId = async (): Promise<string> => {
    const response = await ask({ method: 'GET', path: '/api/v1/calendars' })
    const { calendars: found } = (await response.json()) as { calendars: readonly { readonly uid: string }[] }
    return String(found[0]?.uid)
  }

  beforeAll(async () => {
    zoho = await startLocalZoho({ seedDemoData: false })
    const { accessToken, refreshToken } = await zoho.issueGrant({ scopes: SCOPES })
    token = accessToken
    ids.set('refreshToken', refreshToken)
    ids.set('code', await zoho.issueCode())
    ids.set('clientId', localZohoApp.clientId)
    ids.set('clientSecret', localZohoApp.clientSecret)
    ids.set('user', localZohoUser.email)
    ids.set('calendar', await calendarId())
    ids.set('lead', await make('Leads', { Last_Name: 'Known', Company: 'Z', Email: 'known@z.com' }))
    const account = await make('Accounts', { Account_Name: 'Zylker' })
    for (const [Last_Name, Email] of Object.entries({ Doe: 'd@z.com', Roe: 'r@z.com' })) {
      await make('Contacts', { Last_Name, Email, Account_Name: { id: account } })
    }
  })
  afterAll(() => zoho.close())

  test.each([...metadata, ...refusals, ...queries, ...records, ...calendars, ...tokens])(
    '$what',
    async one => {
      const response = await ask(one.request)
      expect(response.status).toBe(one.status)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      expect(differences(one.body, await response.json())).toEqual([])
    },
  )
})

test('a member that is missing, of another type or another word is noticed', () => {
  const published = { data: [{ code: 'SUCCESS', details: { id: '1' }, count: 1, duplicate_field: null }] }
  expect(differences(published, published)).toEqual([])
  const other = { data: [{ code: 'DONE', details: { id: 1 }, more: true, duplicate_field: 'Email' }] }
  expect(differences(published, other)).toEqual(['$.data.0.code', '$.data.0.details.id', '$.data.0.count'])
  expect(differences(published, { data: [] })).toEqual(['$.data.0'])
})

/** Where an answer is not as published: lacks a member, has it as another type, or says another word. It may have more. */
function differences(published: unknown, answer: unknown, path = '$'): readonly string[] {
  // What the page shows as null has other values elsewhere.
  if (published === null) return answer === undefined ? [path] : []
  if (typeof published !== 'object') {
    const isWord = WORDS.includes(path.split('.').at(-1) ?? '')
    return typeof answer !== typeof published || (isWord && answer !== published) ? [path] : []
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer) !== Array.isArray(published)) {
    return [path]
  }
  return Object.entries(published).flatMap(([name, value]) =>
    differences(value, Reflect.get(answer, name), `${path}.${name}`),
  )
}
