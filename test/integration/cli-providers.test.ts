import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'

const { run, directory } = commandLine()

test('lists every provider that it knows, each on a line that fits 80 columns', async () => {
  const { code, stdout, stderr } = await run(['providers'])
  expect([code, stderr]).toEqual([0, ''])
  const lines = stdout.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(80)
  for (const name of ['google', 'xero', 'zoho_crm', 'zoho_calendar'])
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
  expect(lines.filter(line => line.length > 80)).toEqual([])
  const { providers } = JSON.parse((await run(['providers', '--json'])).stdout)
  expect(providers).toHaveLength(lines.length - 1)
})

test('tells what is known of one, and what is not', async () => {
  const { code, stdout } = await run(['providers', 'exact_online'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^access token lifetime +10 min$/m)
  expect(stdout).toMatch(/^earliest refresh after +570 s$/m)
  expect(stdout).toMatch(/Not known: .*PKCE/s)
  expect(stdout.split('\n').filter(line => line.length > 80 && !/https:/.test(line))).toEqual([])
  const json = JSON.parse((await run(['providers', 'exact_online', '--json'])).stdout)
  expect(json).toMatchObject({ name: 'exact_online', title: 'Exact Online' })
  expect(json.unknown).toContain('PKCE')
})

test.each(['no_such_provider', '__proto__', 'constructor'])('says that there is no %s', async name => {
  const { code, stdout, stderr } = await run(['providers', name])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('evergrant providers')
})

test('tells the names that begin as the one that was asked for', async () => {
  const { code, stderr } = await run(['providers', 'GitHub'])
  expect(code).toBe(2)
  expect(stderr.replace(/\s+/g, ' ')).toContain('There is github_app and github_oauth_app.')
})

test('knows those of the config file, too, which win', async () => {
  const file = join(directory, 'evergrant.config.mjs')
  writeFileSync(
    file,
    `const answers = { metadata: new Map() }
     export const providers = { acme: { clientId: 'x', profile: await profile('acme') } }
     async function profile(name) {
       const { genericProvider } = await import('${import.meta.resolve('evergrant/providers')}')
       return genericProvider({ name, tokenEndpoint: 'https://id.acme.example/token', lifetimeMs: 60_000 })
     }`,
  )
  expect((await run(['providers', '--config', file])).stdout).toMatch(/^acme +acme$/m)
  const { stdout } = await run(['providers', 'acme', '--config', file])
  expect(stdout).toMatch(/^token endpoint +https:\/\/id\.acme\.example\/token$/m)
  expect(stdout).toMatch(/^access token lifetime +1 min$/m)
})
