import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AuthorizationServer } from '../conformance/authorization-server.ts'
import { connectsByProgram } from '../support/connects-by-program.ts'
import { ExampleApp } from '../support/example-app.ts'
import { freePort } from '../support/free-port.ts'
import { run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'

const folder = join(projectDirectory, 'examples/next')
const next = 'examples/next/node_modules/next/dist/bin/next'
const QUARTER_HOUR_MS = 900_000

/** Installs what the lock file of the example says, and Evergrant beside it, as `npm install evergrant` would. */
async function install(): Promise<void> {
  expect(await run('npm', ['ci', '--ignore-scripts'], { cwd: folder })).toMatchObject({ code: 0 })
  const link = join(folder, 'node_modules/evergrant')
  if (!existsSync(link)) symlinkSync(projectDirectory, link)
}

test(
  'the program for next of examples/ is built and connects an account at oidc-provider',
  async () => {
    await install()
    const port = await freePort()
    const app = {
      client_id: 'the-app',
      client_secret: 'the-secret-of-the-app',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [`http://localhost:${port}/oauth/callback/acme`],
    } as const
    const server = await AuthorizationServer.start('oidc-provider', [app])
    const directory = mkdtempSync(join(tmpdir(), 'evergrant-next-'))
    const environment = {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ISSUER: server.url,
      CLIENT_ID: app.client_id,
      CLIENT_SECRET: app.client_secret,
      PORT: `${port}`,
      EVERGRANT_DATA_DIR: directory,
    }
    const built = await run(process.execPath, [join(projectDirectory, next), 'build'], {
      cwd: folder,
      env: environment,
      timeoutMs: QUARTER_HOUR_MS,
    })
    expect(built, built.stderr).toMatchObject({ code: 0 })
    {
      await using _example = await ExampleApp.start(next, environment, ['start', '-p', `${port}`], folder)
      await connectsByProgram(`http://localhost:${port}/`, server.url)
    }
    await server.kill()
    rmSync(directory, { recursive: true })
  },
  QUARTER_HOUR_MS,
)
