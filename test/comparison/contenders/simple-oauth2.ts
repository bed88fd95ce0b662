import { AuthorizationCode } from 'simple-oauth2'
import { CUSTOMER, type OpenContender } from '../contender.ts'

/**
 * `simple-oauth2` as its README says under "Refresh an access token": the token is persisted as JSON, read back with
 * `createToken`, and refreshed when it expires within 300 seconds. Reading and writing are left to the user.
 */
export const open: OpenContender = async ({ issuer, app }, pool) => {
  const client = new AuthorizationCode({
    client: { id: app.clientId, secret: app.clientSecret },
    auth: { tokenHost: issuer, tokenPath: '/token' },
    options: { authorizationMethod: 'body' },
  })
  await pool.query('create table if not exists tokens (customer text primary key, token jsonb not null)')
  const read = async () => {
    const { rows } = await pool.query('select token from tokens where customer = $1', [CUSTOMER])
    return client.createToken(rows[0]?.token)
  }
  const write = (token: unknown) =>
    pool.query('update tokens set token = $2 where customer = $1', [CUSTOMER, JSON.stringify(token)])

  return {
    connect: async ({ accessToken, refreshToken }) => {
      const token = {
        access_token: accessToken,
        refresh_token: refreshToken,
        expires_at: new Date(Date.now() - 3_600_000),
      }
      await pool.query('delete from tokens')
      await pool.query('insert into tokens values ($1, $2)', [CUSTOMER, JSON.stringify(token)])
    },
    getAccessToken: async () => {
      let accessToken = await read()
      if (accessToken.expired(300)) {
        accessToken = await accessToken.refresh()
        await write(accessToken)
      }
      return `${accessToken.token.access_token}`
    },
    storedRefreshToken: async () => {
      const token = (await read()).token.refresh_token
      return typeof token === 'string' ? token : null
    },
    close: async () => {},
  }
}
