import { describe, expect, test } from 'vitest'
import { isBadTokenAnswer } from './bad-token.ts'
import { genericProvider } from './generic-provider.ts'
import { zohoCalendar } from './zoho.ts'

const zoho = zohoCalendar().badToken
const generic = genericProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token' }).badToken

describe('an answer of a Zoho API', () => {
  test.each([
    [401, '{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}'],
    [
      401,
      '{"code":"AUTHENTICATION_FAILURE","details":{},"message":"Authentication failed","status":"error"}',
    ],
    [401, '{"error":[{"message":"INVALID_OAUTHTOKEN"}]}'],
    [401, '[{"message":"INVALID_OAUTHTOKEN"}]'],
    [
      401,
      '{"error":{"status_code":"401","title":"INVALID_OAUTHTOKEN","details":[{"message":"Invalid OAuth access token."}]}}',
    ],
    [401, '{"status":{"code":401,"description":"…"},"data":{"errorCode":"INVALID_OAUTHTOKEN"}}'],
    [400, '{"code":"INVALID_TOKEN"}'],
    [401, ''],
    [401, '<html>'],
  ])('%i %s says that the token is bad', (status, body) => {
    expect(isBadTokenAnswer(zoho, status, body)).toBe(true)
  })

  test.each([
    [
      401,
      '{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope to access this URL","status":"error"}',
    ],
    [403, '{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"Unauthorized","status":"error"}'],
    [401, '[2,{"msg":"…","errorCode":"INVALID_OAUTHSCOPE"}]'],
    [401, '{"code":"AUTHORIZATION_FAILED","message":"User does not have sufficient privilege to …"}'],
    [400, '{"code":"INVALID_DATA"}'],
    [403, ''],
    [404, '{"code":"INVALID_TOKEN"}'],
    [200, '{"data":[{"Description":"INVALID_TOKEN"}]}'],
    [500, '{"code":"INVALID_TOKEN"}'],
  ])('%i %s does not', (status, body) => {
    expect(isBadTokenAnswer(zoho, status, body)).toBe(false)
  })
})

test('of other providers only status 401 says so', () => {
  expect(isBadTokenAnswer(generic, 401, '{"error":"invalid_token"}')).toBe(true)
  for (const status of [200, 400, 403, 500]) {
    expect(isBadTokenAnswer(generic, status, '{"error":"invalid_token"}')).toBe(false)
  }
})
