/** The connection that the demo is about. */
export const CLIENT_ID = 'smart-tax-nation'
export const PROVIDER = 'zoho_crm'
