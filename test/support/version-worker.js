// A back-end process of one version: it asks for the tokens of all its connections until it is killed or told to stop.
import { setTimeout as pause } from 'node:timers/promises'

const { module, profile, app, clients, ...options } = JSON.parse(process.argv[2])
const { OAuthTokenService } = await import(module ?? 'evergrant')
const { genericProvider } = await import(module ?? 'evergrant/providers')
const tokens = await OAuthTokenService.open({
  ...options,
  providers: { [profile.name]: { ...app, profile: genericProvider(profile) } },
})
const failures = []
let given = 0
let stopped = false

async function ask(client) {
  while (!stopped) {
    await tokens
      .getAccessToken(client, profile.name)
      .then(() => (given += 1))
      .catch(error => failures.push(`${error.code} ${error.reason ?? ''} ${error.message}`))
    await pause(50)
  }
}

process.on('message', message => {
  if (message === 'stop') stopped = true
})
process.send({ kind: 'ready' })
await Promise.all(clients.map(ask))
await tokens.close()
process.send({ kind: 'done', given, failures })
process.disconnect()
