// One of several back-end processes: callers that ask for the access token again and again, and show each that they
// are given to the provider at once.
import { OAuthTokenService } from 'evergrant'
import { genericProvider } from 'evergrant/providers'

const { database, encryptionKeys, profile, app, clientId, policy, callers, accepts } = JSON.parse(
  process.argv[2],
)
const events = {}
const tokens = await OAuthTokenService.open({
  database,
  encryptionKeys,
  policy,
  providers: { [profile.name]: { ...app, profile: genericProvider(profile) } },
  onEvent: ({ type }) => {
    events[type] = (events[type] ?? 0) + 1
  },
})
const given = new Set()
const failures = []
let accepted = 0
let rejected = 0
let stopped = false

async function ask() {
  while (!stopped) {
    try {
      const token = await tokens.getAccessToken(clientId, profile.name)
      given.add(token)
      const { status } = await fetch(accepts, { headers: { authorization: `Bearer ${token}` } })
      if (status === 200) accepted += 1
      else rejected += 1
    } catch (error) {
      failures.push(error.reason ?? `${error}`)
      stopped = true
    }
  }
}

process.on('message', async message => {
  if (message === 'stop') {
    stopped = true
    return
  }
  await Promise.all(Array.from({ length: callers }, ask))
  await tokens.close()
  process.send({ kind: 'done', accepted, rejected, given: given.size, failures, events })
  process.disconnect()
})
process.send({ kind: 'ready' })
