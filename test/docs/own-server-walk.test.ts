import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scriptedBrowser } from '../support/browser-log.ts'
import { freePort } from '../support/free-port.ts'
import { projectDirectory } from '../support/project.ts'
import { userProject } from '../support/user-project.ts'
import { Visitor } from '../support/visitor.ts'
import { examplesOf } from './examples.ts'
import { settled, Walk } from './walk.ts'

/*
 * The guide to a server of one's own, followed literally but for the ports: its server is started, its config file
 * connects an account by its commands, and its app connects one by its button.
 */
const page = readFileSync(join(projectDirectory, 'docs/guide/your-own-server.md'), 'utf8')
const user = userProject()
const directory = user.folder('own-server')
const [login, web] = [await freePort(), await freePort()]
const ported = (text: string): string =>
  text
    .replaceAll('4000', `${login}`)
    .replaceAll('localhost:3000', `localhost:${web}`)
    .replaceAll('3000,', `${web},`)

const running: ChildProcess[] = []
afterAll(async () => {
  await Promise.all(
    running.map(async child => {
      if (child.exitCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    }),
  )
})

/** Starts a program of the page, and waits until its server answers. */
async function started(file: string, url: string): Promise<void> {
  const environment = { ...user.environment, EVERGRANT_DATA_DIR: join(directory, 'data') }
  const child = spawn(process.execPath, [file], { cwd: directory, env: environment, stdio: 'ignore' })
  running.push(child)
  await expect
    .poll(
      async () =>
        child.exitCode ??
        (await fetch(url).then(
          ({ status }) => status,
          () => null,
        )),
      {
        timeout: 60_000,
      },
    )
    .toBe(200)
}

test('a newcomer connects an account at oidc-provider from the terminal, and from an Express app', async () => {
  const walk = new Walk('your-own-server.md', {
    directory,
    environment: { ...user.environment, ...scriptedBrowser(directory).env, BROWSER_USER: 'ada' },
    replacements: {},
  })
  const ran: string[] = []
  for await (const step of walk.steps()) {
    if (step.kind === 'saved') {
      const file = join(directory, step.file)
      writeFileSync(file, ported(readFileSync(file, 'utf8')))
      if (step.file === 'login.mjs')
        await started(step.file, `http://127.0.0.1:${login}/.well-known/openid-configuration`)
    }
    if (step.kind === 'ran') ran.push(step.printed)
    if (step.kind === 'shown') expect(settled(step.printed ?? '')).toContain(settled(step.shown))
  }
  expect(ran.at(-1)).toMatch(/^[\w-]{20,}\n$/)

  const home = `http://localhost:${web}/`
  await started('app.mjs', home)
  const visitor = new Visitor()
  expect((await visitor.get(home)).html).toContain('Connect</button>')
  const begun = await visitor.post(`${home}oauth/connect/login`, {}, { origin: home.slice(0, -1) })
  const ended = await visitor.get(await visitor.allow(begun.location, home))
  expect([ended.status, ended.location?.href]).toEqual([303, `${home}?connect=connected&provider=login`])
  expect((await visitor.get(home)).html).toBe('Connected.')
}, 300_000)

test('both are ten lines or fewer, beside the imports', () => {
  const [, terminal, app] = examplesOf('x.md', page).map(({ text }) => text.split('\n'))
  const lines = (text: readonly string[] | undefined): number =>
    (text ?? []).filter(line => line.trim() !== '' && !line.startsWith('import ')).length
  expect(lines(terminal)).toBeLessThanOrEqual(10)
  expect(lines(app)).toBeLessThanOrEqual(10)
})
