import type { PublishedBody } from './published-body.ts'

const app = { client_id: '{clientId}', client_secret: '{clientSecret}' }
const accounts = 'https://www.zoho.com/accounts/protocol/oauth/web-apps'

/** The accounts server. */
export const tokens: readonly PublishedBody[] = [
  {
    page: `${accounts}/access-token-expiry.html`,
    what: 'a refresh: no refresh token',
    request: {
      ...{ method: 'POST', path: '/oauth/v2/token', authorization: null },
      form: { ...app, grant_type: 'refresh_token', refresh_token: '{refreshToken}' },
    },
    status: 200,
    body: {
      ...{ access_token: '1000.a.b', scope: 'ZohoCRM.modules.ALL', api_domain: 'https://www.zohoapis.com' },
      ...{ token_type: 'Bearer', expires_in: 3600 },
    },
  },
  {
    page: `${accounts}/access-token.html`,
    what: 'a code that is exchanged',
    request: {
      ...{ method: 'POST', path: '/oauth/v2/token', authorization: null },
      form: { ...app, grant_type: 'authorization_code', code: '{code}' },
    },
    status: 200,
    body: {
      ...{ access_token: '1000.a.b', refresh_token: '1000.c.d', scope: 'ZohoCRM.modules.ALL' },
      ...{ api_domain: 'https://www.zohoapis.com', token_type: 'Bearer', expires_in: 3600 },
    },
  },
  {
    page: 'https://accounts.zoho.com/oauth/serverinfo',
    what: 'the data centres',
    request: { method: 'GET', path: '/oauth/serverinfo', authorization: null },
    status: 200,
    body: { result: 'success', locations: { us: 'https://accounts.zoho.com' } },
  },
  {
    page: 'https://www.zoho.com/accounts/protocol/oauth/revoke-refresh-token.html',
    what: 'a grant that is revoked',
    request: {
      ...{ method: 'POST', path: '/oauth/v2/token/revoke?token={refreshToken}', authorization: null },
      form: {},
    },
    status: 200,
    body: { status: 'success' },
  },
]
