import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AuthorizationServer } from '../conformance/authorization-server.ts'
import { connectsByProgram } from '../support/connects-by-program.ts'
import { ExampleApp } from '../support/example-app.ts'
import { freePort } from '../support/free-port.ts'

const directory = mkdtempSync(join(tmpdir(), 'evergrant-examples-'))
const port = await freePort()
const app = {
  client_id: 'the-app',
  client_secret: 'the-secret-of-the-app',
  token_endpoint_auth_method: 'client_secret_basic',
  redirect_uris: [`http://localhost:${port}/oauth/callback/acme`],
} as const
const server = await AuthorizationServer.start('oidc-provider', [app])
afterAll(async () => {
  await server.kill()
  rmSync(directory, { recursive: true, force: true })
})

describe.each(['express', 'fastify', 'hono'])('the program for %s', name => {
  test('of examples/ connects an account at oidc-provider', async () => {
    await using example = await ExampleApp.start(`examples/${name}/server.js`, {
      ISSUER: server.url,
      CLIENT_ID: app.client_id,
      CLIENT_SECRET: app.client_secret,
      PORT: `${port}`,
      EVERGRANT_DATA_DIR: join(directory, name),
    })
    await connectsByProgram(`http://localhost:${port}/`, server.url)
    expect(example.printed).not.toMatch(/error|warn/i)
  })
})
