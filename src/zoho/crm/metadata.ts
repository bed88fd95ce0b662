import type { ZohoRequests } from '../request/zoho-requests.ts'
import { type AnswerObject, listOf } from './answers.ts'
import { parseApiName } from './crm-input.ts'
import { rowsOf } from './pages.ts'

/** A module of the organization; further members are as Zoho gives them. */
export interface ZohoModule {
  /** What other calls take. */
  readonly api_name: string
  /** In the user interface. */
  readonly module_name?: string | undefined
  /** `default`, `custom`, `web`, `linking`, `subform`. */
  readonly generated_type?: string | undefined
  /** Whether the API knows it. */
  readonly api_supported?: boolean | undefined
  readonly [member: string]: unknown
}

/** A field of a module; further members are as Zoho gives them. */
export interface ZohoField {
  /** What other calls take. */
  readonly api_name: string
  /** `text`, `picklist`, `lookup`, `datetime`, … */
  readonly data_type: string
  /** In the user interface. */
  readonly field_label?: string | undefined
  /** In characters or digits. */
  readonly length?: number | undefined
  /** Whether a record needs it. */
  readonly system_mandatory?: boolean | undefined
  /** Whether Zoho alone writes it. */
  readonly read_only?: boolean | undefined
  /** Of a picklist. */
  readonly pick_list_values?: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly [member: string]: unknown
}

/** A related list of a module; further members are as Zoho gives them. */
export interface ZohoRelatedList {
  /** What `related` takes. */
  readonly api_name: string
  /** In the user interface. */
  readonly display_label?: string | undefined
  readonly [member: string]: unknown
}

/** A user of the organization; further members are as Zoho gives them. */
export interface ZohoUser {
  /** Of the CRM. */
  readonly id: string
  /** First and last name. */
  readonly full_name?: string | undefined
  /** The address. */
  readonly email?: string | undefined
  /** Of Zoho's accounts. */
  readonly zuid?: string | undefined
  /** `active`, … */
  readonly status?: string | undefined
  /** An IANA zone. */
  readonly time_zone?: string | undefined
  readonly [member: string]: unknown
}

/** The organization; further members are as Zoho gives them. */
export interface ZohoOrganization {
  /** Of the organization. */
  readonly id: string
  /** As it calls itself. */
  readonly company_name?: string | undefined
  /** What uploads name it by. */
  readonly zgid?: string | undefined
  /** An IANA zone. */
  readonly time_zone?: string | undefined
  /** Of amounts. */
  readonly currency?: string | undefined
  /** `Production`, `Sandbox`, `Developer`, `Bigin`. */
  readonly type?: string | undefined
  readonly [member: string]: unknown
}

/** Which users. */
export type ZohoUserType =
  | 'AllUsers'
  | 'ActiveUsers'
  | 'DeactiveUsers'
  | 'ConfirmedUsers'
  | 'NotConfirmedUsers'
  | 'DeletedUsers'
  | 'ActiveConfirmedUsers'
  | 'AdminUsers'
  | 'ActiveConfirmedAdmins'
  | 'CurrentUser'

/** What the settings say of modules, or of one. */
export async function settingsOf(
  requests: ZohoRequests,
  resource: 'modules' | 'fields' | 'related_lists',
  module: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly AnswerObject[]> {
  const query = { module: module === undefined ? undefined : parseApiName(module, 'module') }
  const scopes = [`ZohoCRM.settings.${resource}.READ`]
  const answer = await requests.send({ method: 'GET', path: ['settings', resource], query, scopes, signal })
  return listOf(answer, resource, requests.connection)
}

/** The users of a type. */
export function userRows(
  requests: ZohoRequests,
  type: ZohoUserType,
  signal: AbortSignal | undefined,
): AsyncGenerator<AnswerObject> {
  const query = { type, per_page: 200 }
  return rowsOf(requests, { path: ['users'], query, scopes: ['ZohoCRM.users.READ'], name: 'users', signal })
}

/** The organizations of an answer: one. */
export async function organizationRows(
  requests: ZohoRequests,
  signal: AbortSignal | undefined,
): Promise<readonly AnswerObject[]> {
  const answer = await requests.send({ method: 'GET', path: ['org'], scopes: ['ZohoCRM.org.READ'], signal })
  return listOf(answer, 'org', requests.connection)
}
