import { type Credentials, OAuth2Client } from 'google-auth-library'
import { CUSTOMER, type OpenContender } from '../contender.ts'

/**
 * `google-auth-library` as its README says under "OAuth2": one client for the customer, with the credentials of the
 * table, and `tokens` events that write what is new. Its endpoint is set to the provider's.
 */
export const open: OpenContender = async ({ issuer, app }, pool) => {
  await pool.query(
    'create table if not exists tokens (customer text primary key, credentials jsonb not null)',
  )
  const read = async (): Promise<Credentials> => {
    const { rows } = await pool.query('select credentials from tokens where customer = $1', [CUSTOMER])
    return rows[0]?.credentials
  }
  const writes: Promise<unknown>[] = []
  let opened: Promise<OAuth2Client> | undefined
  const openClient = async (): Promise<OAuth2Client> => {
    const client = new OAuth2Client({
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      endpoints: { oauth2TokenUrl: `${issuer}/token` },
    })
    client.setCredentials(await read())
    client.on('tokens', tokens => {
      const write = 'update tokens set credentials = credentials || $2 where customer = $1'
      writes.push(pool.query(write, [CUSTOMER, JSON.stringify(tokens)]))
    })
    return client
  }

  return {
    connect: async ({ accessToken, refreshToken }) => {
      const credentials = {
        access_token: accessToken,
        refresh_token: refreshToken,
        expiry_date: Date.now() - 3_600_000,
      }
      await pool.query('delete from tokens')
      await pool.query('insert into tokens values ($1, $2)', [CUSTOMER, JSON.stringify(credentials)])
    },
    getAccessToken: async () => {
      opened ??= openClient()
      const { token } = await (await opened).getAccessToken()
      return token ?? ''
    },
    storedRefreshToken: async () => (await read()).refresh_token ?? null,
    close: async () => {
      await Promise.all(writes)
    },
  }
}
