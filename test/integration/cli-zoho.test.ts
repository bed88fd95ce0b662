import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

test('with several data centres it prints the server of each, and a file that names them', async () => {
  const child = start(['zoho', '--locations', 'us,eu'])
  let stdout = ''
  child.stdout.on('data', data => {
    stdout += data
  })
  await expect.poll(() => stdout).toMatch(/ connect try-out .*$/m)
  const file = /zoho\.mjs:\n(?<lines>.*)\nIn another terminal:/s.exec(stdout)?.groups?.lines ?? ''
  writeFileSync(join(directory, 'zoho.mjs'), file)
  const { providers } = await import(join(directory, 'zoho.mjs'))
  expect(Object.keys(providers.zoho_crm.accountsServer)).toEqual(['us', 'eu'])
  for (const url of Object.values<string>(providers.zoho_crm.accountsServer)) {
    const { locations } = (await (await fetch(`${url}/oauth/serverinfo`)).json()) as { locations: object }
    expect(locations).toEqual(providers.zoho_crm.accountsServer)
  }
  expect(stdout).not.toContain('ZOHO_ACCOUNTS_SERVER')
  expect(
    stdout
      .split('\n')
      .filter(line => !line.includes(' connect '))
      .every(line => line.length <= 80),
  ).toBe(true)
  child.kill('SIGTERM')
  expect((await once(child, 'close'))[0]).toBe(0)
})

test('a data centre that is none is refused', async () => {
  expect(await run(['zoho', '--locations', 'us,,eu'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('a word like us, eu or in'),
  })
})
