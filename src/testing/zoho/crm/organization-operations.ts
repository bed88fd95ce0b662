import { type Answer, jsonAnswer } from '../answer.ts'
import type { LocalZohoUser } from '../settings.ts'
import { invalidData, noContent } from './answers.ts'
import type { CrmCall, CrmOperation } from './call.ts'
import { parseCount } from './list-request.ts'
import type { CrmState, CrmUser } from './state.ts'

/** What `type` of `GET /users` selects. All users here are active administrators. */
const everybody = [
  'AllUsers',
  'ActiveUsers',
  'ConfirmedUsers',
  'AdminUsers',
  'ActiveConfirmedUsers',
  'ActiveConfirmedAdmins',
]
const nobody = ['DeactiveUsers', 'NotConfirmedUsers', 'DeletedUsers']

/** Who and whose it is. */
export const organizationOperations: readonly CrmOperation[] = [
  {
    ...{ method: 'GET', path: '/crm/v8/users', scopes: () => ['ZohoCRM.users.READ'] },
    answer: listUsers,
  },
  {
    ...{ method: 'GET', path: '/crm/v8/users/:id', scopes: () => ['ZohoCRM.users.READ'] },
    answer: ({ state, params }) => {
      const user = state.users.find(({ id }) => id === params.id)
      return user === undefined ? noContent : jsonAnswer({ users: [userBody(state, user)] })
    },
  },
  {
    ...{ method: 'GET', path: '/crm/v8/org', scopes: () => ['ZohoCRM.org.READ'] },
    answer: ({ state }) => jsonAnswer({ org: [organizationBody(state)] }),
  },
]

function listUsers({ state, query, actor }: CrmCall): Answer {
  const type = query.get('type') ?? 'AllUsers'
  const perPage = parseCount(query.get('per_page'), 200, 200)
  const page = parseCount(query.get('page'), 1, 1_000_000)
  if (perPage === null || page === null)
    return invalidData({ param_name: perPage === null ? 'per_page' : 'page' })
  const users = usersOf(state, type, actor)
  if (users === null)
    return invalidData({ param_name: 'type', supported_values: [...everybody, ...nobody, 'CurrentUser'] })
  const shown = users.slice((page - 1) * perPage, page * perPage)
  if (shown.length === 0) return noContent
  const info = { per_page: perPage, count: shown.length, page, more_records: users.length > page * perPage }
  return jsonAnswer({ users: shown.map(user => userBody(state, user)), info })
}

function usersOf(state: CrmState, type: string, actor: CrmUser): readonly CrmUser[] | null {
  if (type === 'CurrentUser') return [actor]
  if (everybody.includes(type)) return state.users
  return nobody.includes(type) ? [] : null
}

function userBody(state: CrmState, { id, name, email, zuid }: CrmUser): object {
  const known = state.accounts.users.find((user: LocalZohoUser) => user.email === email)
  const now = state.clock.wallMs()
  const written = state.time(now)
  const offset = /([+-])(\d{2}):(\d{2})$/.exec(written)
  const [, sign, hours, minutes] = offset ?? []
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return {
    ...{
      id,
      full_name: name,
      first_name: known?.firstName ?? null,
      last_name: known?.lastName ?? name,
      email,
      zuid,
    },
    ...{
      status: 'active',
      confirm: true,
      microsoft: false,
      personal_account: false,
      category: 'regular_user',
    },
    role: { name: 'CEO', id: state.ids.of('role') },
    profile: { name: 'Administrator', id: state.ids.of('profile') },
    ...{ time_zone: state.settings.timeZone, offset: offsetMs, language: 'en_US' },
    ...{
      locale: 'en_US',
      country_locale: 'en_US',
      created_time: null,
      Modified_Time: null,
      created_by: null,
    },
  }
}

const organizationTypes = {
  production: 'Production',
  sandbox: 'Sandbox',
  developer: 'Developer',
}

function organizationBody(state: CrmState): object {
  const [first] = state.users
  const id = state.ids.of('organization')
  const { timeZone, edition } = state.settings
  return {
    ...{ id, company_name: 'Local Zoho', zgid: zgidOf(state), domain_name: `org${zgidOf(state)}` },
    ...{ primary_email: first?.email ?? null, primary_zuid: first?.zuid ?? null, time_zone: timeZone },
    ...{ currency: 'US Dollar', currency_symbol: '$', iso_code: 'USD', currency_locale: 'en_US' },
    ...{ country_code: 'US', country: 'US', mc_status: false, gapps_enabled: false, privacy_settings: false },
    type: organizationTypes[state.environment],
    license_details: {
      ...{ paid: edition !== 'free', paid_type: edition, paid_expiry: null, trial_type: null },
      ...{ trial_expiry: null, users_license_purchased: state.users.length },
    },
  }
}

/** What the header `X-CRM-ORG` of an upload names: nine digits of the organization's id. */
export function zgidOf(state: CrmState): string {
  return state.ids.of('organization').slice(0, 9)
}
