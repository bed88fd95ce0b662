// The loop that people write first: read the row; when the token has expired, refresh it and update the row. The
// only thing added is a stop at expiry, so that a test can have all processes there at the same time.
import { once } from 'node:events'
import pg from 'pg'

const { database, tokenEndpoint, app, clientId, provider } = JSON.parse(process.argv[2])
const client = new pg.Client({ connectionString: database })
await client.connect()

async function getAccessToken() {
  const { rows } = await client.query('select * from oauth_tokens where client_id = $1 and provider = $2', [
    clientId,
    provider,
  ])
  const [row] = rows
  if (row.token_expiry > new Date()) return row.access_token

  process.send({ kind: 'at_expiry' })
  await once(process, 'message')
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: row.refresh_token,
      client_id: app.clientId,
      client_secret: app.clientSecret,
    }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  await client.query(
    `update oauth_tokens set access_token = $3, refresh_token = $4, token_expiry = $5, updated_at = now()
     where client_id = $1 and provider = $2`,
    [
      clientId,
      provider,
      answer.access_token,
      answer.refresh_token,
      new Date(Date.now() + answer.expires_in * 1_000),
    ],
  )
  return answer.access_token
}

const outcome = await getAccessToken().then(
  () => 'a token',
  error => error.message,
)
await client.end()
process.send({ kind: 'done', outcome })
process.disconnect()
