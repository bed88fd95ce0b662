import type { ZohoFault } from 'evergrant/testing'
import type { Canary } from './canary.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** Every way in which a provider can fail a refresh, with a secret wherever it could write one. */
export function providerFaults(canary: Canary): readonly [string, ZohoFault][] {
  const echo = canary.secret('your refresh token was')
  return [
    ['500', { kind: 'server_error' }],
    ['502 in HTML', { kind: 'bad_gateway' }],
    ['by hanging up', { kind: 'drop' }],
    ['never', { kind: 'hang' }],
    ['headers only', { kind: 'headers_only' }],
    ['half a body', { kind: 'cut_body' }],
    ['by hanging up after its work', { kind: 'lost_answer' }],
    ['bytes that are no JSON', { kind: 'garbage' }],
    ['nothing', { kind: 'empty' }],
    ['its throttle', { kind: 'throttled' }],
    ['429', { kind: 'too_many_requests', retryAfter: '7' }],
    ['that the grant is refused', { kind: 'error', error: 'invalid_code' }],
    ['that the app is wrong', { kind: 'error', error: 'invalid_client' }],
    ['a code of its own, with the token in it', { kind: 'error', error: canary.secret('unknown code') }],
    [
      '400 with the token in error_description',
      custom(400, JSON.stringify({ error: 'invalid_request', error_description: echo, refresh_token: '' })),
    ],
    [
      '401 with the token as a member',
      custom(401, JSON.stringify({ error: 'invalid_client', [echo]: echo })),
    ],
    ['a page with the token in it', custom(200, `<p>${canary.mark}</p>`, { 'content-type': 'text/html' })],
    ['JSON that breaks off in the token', custom(200, `{"access_token":"${canary.mark}`)],
    [
      'a redirect with the token in it',
      custom(302, '', { location: `http://127.0.0.1:1/?token=${canary.mark}` }),
    ],
    [
      'an unusable access token beside a refresh token',
      custom(
        200,
        `{"access_token":"${canary.mark}\\u0000","refresh_token":"${canary.mark}","token_type":"mac"}`,
      ),
    ],
  ]
}

function custom(status: number, body: string, headers: Record<string, string> = JSON_TYPE): ZohoFault {
  return { kind: 'custom', status, headers, body }
}
