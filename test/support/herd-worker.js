// One of several back-end processes: opens the service, waits for the word, and lets many callers ask at once.
import { OAuthTokenService } from 'evergrant'

const { database, encryptionKeys, clientId, provider, accountsServer, app, settings, callers } = JSON.parse(
  process.argv[2],
)
const tokens = await OAuthTokenService.open({
  database,
  encryptionKeys,
  providers: { [provider]: { ...app, ...settings, accountsServer } },
  policy: { storeTimeoutMs: 20_000 },
})
process.send({ kind: 'ready' })

process.on('message', async () => {
  const calls = Array.from({ length: callers }, () => tokens.getAccessToken(clientId, provider))
  const settled = await Promise.allSettled(calls)
  const given = settled.filter(({ status }) => status === 'fulfilled').map(({ value }) => value)
  const failures = settled.filter(({ status }) => status === 'rejected').map(({ reason }) => `${reason}`)
  await tokens.close()
  process.send({ kind: 'done', tokens: [...new Set(given)], answered: given.length, failures })
  process.disconnect()
})
