import type { PublishedBody } from './published-body.ts'

const specs = 'https://github.com/zoho/crm-oas'

/** What the CRM tells of itself. */
export const metadata: readonly PublishedBody[] = [
  {
    page: specs,
    what: 'who is asking',
    request: { method: 'GET', path: '/crm/v8/users?type=CurrentUser' },
    status: 200,
    body: {
      users: [
        {
          ...{ id: '4150868000000225013', full_name: 'Patricia Boyle', first_name: 'Patricia' },
          ...{ last_name: 'Boyle', email: 'p@x.com', zuid: '10735783', status: 'active', confirm: true },
          ...{ role: { name: 'CEO', id: '4150868000000026005' }, time_zone: 'Asia/Kolkata' },
          ...{ profile: { name: 'Administrator', id: '4150868000000026011' }, locale: 'en_US' },
          ...{ country_locale: 'en_US', microsoft: false, offset: 19_800_000, language: 'en_US' },
          Modified_Time: null,
        },
      ],
      info: { per_page: 200, count: 1, page: 1, more_records: false },
    },
  },
  {
    page: specs,
    what: 'the organization',
    request: { method: 'GET', path: '/crm/v8/org' },
    status: 200,
    body: {
      org: [
        {
          ...{ id: '4150868000000225001', company_name: 'Zylker', zgid: '808232144' },
          ...{ domain_name: 'org808232144', primary_email: 'p@x.com', primary_zuid: '10735783' },
          ...{ time_zone: 'Asia/Kolkata', currency: 'US Dollar', iso_code: 'USD', country_code: 'US' },
          ...{ type: 'Production', license_details: { paid: true, paid_type: 'enterprise' } },
        },
      ],
    },
  },
  {
    page: specs,
    what: 'a module',
    request: { method: 'GET', path: '/crm/v8/settings/modules/Leads' },
    status: 200,
    body: {
      modules: [
        {
          ...{ api_name: 'Leads', id: '4150868000000002175', module_name: 'Leads', singular_label: 'Lead' },
          ...{ plural_label: 'Leads', generated_type: 'default', api_supported: true, creatable: true },
          ...{ editable: true, deletable: true, viewable: true, visible: true, visibility: 1 },
          ...{ show_as_tab: true, sequence_number: 2, parent_module: {}, modified_time: null },
          ...{ profiles: [{ id: '4150868000000026011', name: 'Administrator' }], modified_by: null },
        },
      ],
    },
  },
  {
    page: specs,
    what: 'a field',
    request: { method: 'GET', path: '/crm/v8/settings/fields?module=Leads&type=all' },
    status: 200,
    body: {
      fields: [
        {
          ...{ id: '4150868000000002589', api_name: 'Owner', field_label: 'Lead Owner' },
          ...{ display_label: 'Lead Owner', data_type: 'ownerlookup', json_type: 'jsonobject', length: 120 },
          ...{ system_mandatory: false, read_only: false, field_read_only: false, custom_field: false },
          ...{ visible: true, unique: {}, pick_list_values: [], decimal_place: null, default_value: null },
          operation_type: { api_create: true, api_update: true, web_create: true, web_update: true },
          ...{ view_type: { view: true, edit: true, create: true }, created_source: 'default' },
        },
      ],
    },
  },
  {
    page: specs,
    what: 'a list of related records',
    request: { method: 'GET', path: '/crm/v8/settings/related_lists?module=Leads' },
    status: 200,
    body: {
      related_lists: [
        {
          ...{ id: '4150868000000002423', api_name: 'Notes', display_label: 'Notes', name: 'Notes' },
          ...{ href: 'Leads/{ENTITYID}/Notes', module: { api_name: 'Notes', id: '4150868000000002197' } },
          ...{ type: 'default', action: null, sequence_number: '1' },
        },
      ],
    },
  },
]
