import type { ZohoApi } from '../request/api-place.ts'

/** Zoho CRM, version 8: at the API domain of the connection, which names its environment, too. */
export const crmApi: ZohoApi = {
  root: '/crm/v8',
  originAt: ({ apiDomain }, known) => known ?? `https://www.${apiDomain}`,
}
