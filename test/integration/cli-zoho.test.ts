import { once } from 'node:events'
import { expect, test } from 'vitest'
import { scriptedBrowser } from '../support/browser-log.ts'
import { commandLine } from '../support/command-line.ts'

const { run, start, directory } = commandLine()

test('evergrant zoho runs a local Zoho, and what it prints connects an account there', async () => {
  const child = start(['zoho', '--json'])
  let stdout = ''
  child.stdout.on('data', data => {
    stdout += data
  })
  await expect.poll(() => stdout).toMatch(/^\}$/m)
  const { url, variables } = JSON.parse(stdout)
  const env = { ...variables, ...scriptedBrowser(directory).env }
  const connected = await run(['connect', 'try-out', 'zoho_crm', '--scopes', 'ZohoCRM.modules.ALL'], { env })
  expect(connected).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Connected zoho_crm of try-out/),
  })
  const closed = once(child, 'close')
  child.kill('SIGINT')
  expect(await closed).toEqual([0, null])
  await expect(fetch(url)).rejects.toThrow()
})

test('its lines are a command line that can be typed', async () => {
  const child = start(['zoho'])
  let stdout = ''
  child.stdout.on('data', data => {
    stdout += data
  })
  await expect.poll(() => stdout).toMatch(/ connect try-out .*$/m)
  expect(stdout).toMatch(/^ {2}export ZOHO_ACCOUNTS_SERVER=http:\/\/127\.0\.0\.1:\d+$/m)
  child.kill('SIGTERM')
  expect((await once(child, 'close'))[0]).toBe(0)
})
