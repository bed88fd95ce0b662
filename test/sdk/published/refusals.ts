import type { PublishedBody } from './published-body.ts'

const docs = 'https://www.zoho.com/crm/developer/docs/api/v8'

/** What is refused before it is looked at. */
export const refusals: readonly PublishedBody[] = [
  {
    page: `${docs}/status-codes.html`,
    what: 'a module that does not exist',
    request: { method: 'GET', path: '/crm/v8/Nothing?fields=id' },
    status: 400,
    body: {
      ...{ code: 'INVALID_MODULE', details: { resource_path_index: 0 } },
      ...{ message: 'the module name given seems to be invalid', status: 'error' },
    },
  },
  {
    page: `${docs}/status-codes.html`,
    what: 'a token that is not known',
    request: { method: 'GET', path: '/crm/v8/org', authorization: 'Zoho-oauthtoken 1000.a.b' },
    status: 401,
    body: { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' },
  },
  {
    page: `${docs}/status-codes.html`,
    what: 'no token',
    request: { method: 'GET', path: '/crm/v8/org', authorization: null },
    status: 401,
    body: { code: 'AUTHENTICATION_FAILURE', details: {}, message: 'Authentication failed', status: 'error' },
  },
  {
    page: `${docs}/status-codes.html`,
    what: 'a scope that was not granted',
    request: { method: 'GET', path: '/crm/v8/settings/layouts?module=Leads' },
    status: 401,
    body: {
      ...{ code: 'OAUTH_SCOPE_MISMATCH', details: {} },
      ...{ message: 'invalid oauth scope to access this URL', status: 'error' },
    },
  },
  {
    page: `${docs}/status-codes.html`,
    what: 'an address that is none',
    request: { method: 'GET', path: '/crm/v8/a/b/c/d/e' },
    status: 404,
    body: {
      ...{ code: 'INVALID_URL_PATTERN', details: {} },
      ...{ message: 'Please check if the URL trying to access is a correct one', status: 'error' },
    },
  },
]
