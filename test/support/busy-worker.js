// A back-end process that asks for the tokens of its connections all the time, and whose event loop stands still again
// and again, as under a heavy computation or a long garbage collection.
import { setTimeout as pause } from 'node:timers/promises'
import { OAuthTokenService } from 'evergrant'
import { genericProvider } from 'evergrant/providers'

const { profile, app, clients, blockMs, ...options } = JSON.parse(process.argv[2])
const tokens = await OAuthTokenService.open({
  ...options,
  providers: { [profile.name]: { ...app, profile: genericProvider(profile) } },
})
const cell = new Int32Array(new SharedArrayBuffer(4))
const failures = []
let blocks = 0
let stopped = false

async function ask(client) {
  while (!stopped) {
    await tokens
      .getAccessToken(client, profile.name)
      .catch(error => failures.push(error.reason ?? error.code))
    await pause(20)
  }
}

/** At a moment that falls anywhere in a refresh; between two of them there is time for a whole one. */
async function block() {
  while (!stopped) {
    await pause(blockMs * (0.5 + Math.random()))
    Atomics.wait(cell, 0, 0, blockMs)
    blocks += 1
  }
}

process.on('message', async message => {
  if (message === 'stop') {
    stopped = true
    return
  }
  await Promise.all([...clients.map(ask), block()])
  await tokens.close()
  process.send({ kind: 'done', blocks, failures })
  process.disconnect()
})
process.send({ kind: 'ready' })
