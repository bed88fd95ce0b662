import type { GenericProviderOptions } from 'evergrant/providers'
import type { App } from './authorization-server.ts'

/**
 * Apps with each kind of client authentication. Ids and secrets hold what an encoding could spoil, of the characters
 * that RFC 6749 (appendix A) allows: oidc-provider refuses others.
 */
export const apps = {
  basic: {
    client_id: 'back-end_1.basic: +%41',
    client_secret: 'a secret: +/=%41%&~*',
    token_endpoint_auth_method: 'client_secret_basic',
  },
  post: {
    client_id: 'back-end_2.post: +%41',
    client_secret: 'another secret: +/=%41%&~*',
    token_endpoint_auth_method: 'client_secret_post',
  },
  public: { client_id: 'back-end_3.public', token_endpoint_auth_method: 'none' },
} as const satisfies Readonly<Record<string, App>>

/** What Evergrant is told of the server: the endpoints, and that a refresh token is used once. */
export function profileAt(url: string, app: App): GenericProviderOptions {
  return {
    name: 'acme',
    tokenEndpoint: `${url}/token`,
    revocationEndpoint: `${url}/token/revocation`,
    clientAuthentication: app.token_endpoint_auth_method,
    apiHosts: [new URL(url).host],
    rotation: 'strict',
  }
}

/** An app as `open({ providers })` and the calls take it. */
export function credentialsOf(app: App): {
  readonly clientId: string
  readonly clientSecret: string | undefined
} {
  return { clientId: app.client_id, clientSecret: app.client_secret }
}
