import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { refreshAt } from '../../../test/support/token-request.ts'
import { forkLocalZoho } from './fork.ts'
import { localZohoUser } from './settings.ts'

const entry = new URL('../../../dist/testing/index.js', import.meta.url)

/** A process that forks a local Zoho and prints its URL. */
function parentProcess(then: string): ChildProcessByStdio<null, Readable, null> {
  const program = `
    const { forkLocalZoho } = await import(${JSON.stringify(entry.href)})
    const zoho = await forkLocalZoho()
    process.stdout.write(zoho.url)
    ${then}
  `
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/oauth/serverinfo`).then(
    () => true,
    () => false,
  )
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('runs in a process of its own, with its options, and is gone after close', async () => {
  const zoho = await forkLocalZoho({ rotation: 'strict', accessTokenLifetimeMs: 120_000 })
  expect(zoho.pid).not.toBe(process.pid)
  const grant = await zoho.issueGrant({ user: localZohoUser.email })
  expect(grant.expiresIn).toBe(120)
  const issued = await refreshAt(zoho, grant.refreshToken)
  expect(await zoho.stateOf(grant.refreshToken)).toBe('replaced')
  expect(await zoho.stateOf(String(issued.refresh_token))).toBe('current')
  await zoho.close()
  expect(isRunning(zoho.pid)).toBe(false)
  await zoho.close()
})

test('its control does over HTTP what it does in this process', async () => {
  await using zoho = await forkLocalZoho()
  const { accessToken, refreshToken } = await zoho.issueGrant()
  expect(await zoho.issueCode({ offline: false })).toMatch(/^1000\./)
  expect(await zoho.killAccessToken(accessToken)).toBe(true)
  await zoho.fault({ kind: 'error', error: 'general_error' }, { times: 'until_cleared' })
  expect(await refreshAt(zoho, refreshToken)).toEqual({ error: 'general_error' })
  await zoho.clearFaults()
  await zoho.configure({ throttle: null, accessTokenLifetimeMs: 60_000 })
  expect(await refreshAt(zoho, refreshToken)).toMatchObject({ expires_in: 60 })
  expect(await zoho.summary()).toMatchObject({ requests: 2, issued: 1, faults: 1 })
  expect((await zoho.ledger()).map(({ path }) => path)).toEqual(['/oauth/v2/token', '/oauth/v2/token'])
  await zoho.clearLedger()
  expect(await zoho.ledger()).toEqual([])
  expect(await zoho.revokeGrant(refreshToken)).toBe(true)
  expect(await zoho.stateOf(refreshToken)).toBe('revoked')
  await expect(zoho.issueGrant({ user: 'nobody@example.com' })).rejects.toThrow('no user nobody@example.com')
})

test('has several data centres there, too, and devices that wait', async () => {
  await using zoho = await forkLocalZoho({ locations: ['us', 'eu'], environments: ['production', 'sandbox'] })
  expect(zoho.urls).toEqual({ us: zoho.url, eu: expect.stringMatching(/^http:/) })
  expect(Object.keys(zoho.environmentUrls.eu ?? {})).toEqual(['production', 'sandbox'])
  expect(await answers(zoho.urls.eu ?? '')).toBe(true)
  expect(await zoho.approveDevice('AAAA-AAAA')).toBe(false)
  expect(await zoho.refuseDevice('AAAA-AAAA')).toBe(false)
})

test('ends when its parent is killed', async () => {
  const parent = parentProcess('setInterval(() => {}, 1000)')
  const [url] = await once(parent.stdout, 'data')
  expect(await answers(String(url))).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => answers(String(url))).toBe(false)
})

test('neither keeps its parent alive nor outlives it when nobody closes it', async () => {
  const parent = parentProcess('await zoho.issueGrant()')
  const [url] = await once(parent.stdout, 'data')
  expect(await once(parent, 'exit')).toEqual([0, null])
  await expect.poll(() => answers(String(url))).toBe(false)
})

test('says so when its process cannot start', async () => {
  await using first = await forkLocalZoho()
  await expect(forkLocalZoho({ port: first.port })).rejects.toThrow(`127.0.0.1:${first.port}`)
})
