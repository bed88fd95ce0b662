import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalZoho, localZohoApp, localZohoUser, startLocalZoho, zohoSettings } from 'evergrant/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ScriptedBrowser, scriptedBrowser } from '../support/browser-log.ts'
import { commandLine, unwrapped } from '../support/command-line.ts'
import { freePort } from '../support/free-port.ts'
import type { Ended } from '../support/processes.ts'
import { zohoWithAccounts } from '../support/zoho-with-accounts.ts'

const CLIENT = 'smart-tax-nation'
const SCOPES = 'ZohoCRM.modules.ALL,AaaServer.profile.READ'
const bob = { zuid: '600001435', email: 'bob@example.com', firstName: 'Bob', lastName: 'Builder' }
const { run, start, directory, shown } = commandLine()

const port = await freePort()
const REGISTERED = `http://localhost:${port}/callback`
const strict = { ...localZohoApp, clientId: '1000.STRICT', redirectUris: [REGISTERED] }

let zoho: LocalZoho
let withAccounts: readonly string[]
beforeAll(async () => {
  zoho = await startLocalZoho({ users: [localZohoUser, bob], apps: [localZohoApp, strict], throttle: null })
  withAccounts = zohoWithAccounts(directory, zoho.url)
})
afterAll(() => zoho.close())
afterEach(() => zoho.configure({ ...zohoSettings, throttle: null }))

let place = 0
let browser: ScriptedBrowser
beforeEach(() => {
  place += 1
  browser = scriptedBrowser(directory, `browser-${place}`)
})

/** A command on a database of this test's own. */
function evergrant(
  [verb = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Ended> {
  return run([verb, ...args, '--data-dir', `data-${place}`], { env: { ...environment(), ...env }, input })
}

const environment = () => ({
  ...browser.env,
  ZOHO_CLIENT_ID: localZohoApp.clientId,
  ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
  ZOHO_ACCOUNTS_SERVER: zoho.url,
})

const connect = (...args: readonly string[]): readonly string[] => ['connect', CLIENT, 'zoho_crm', ...args]

async function connections(): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await evergrant(['status', '--json'])
  return JSON.parse(stdout).connections
}

/** A command that waits for its browser: its address, and how it ends. */
async function waiting(args: readonly string[]) {
  const child = start([...args, '--no-browser', '--data-dir', `data-${place}`], { env: environment() })
  let stderr = ''
  child.stderr.on('data', data => {
    stderr += data
  })
  await expect.poll(() => stderr).toMatch(/^ {2}redirect {2}http\S+\n/m)
  const [, link = ''] = /^ {2}(http:\S+)$/m.exec(stderr) ?? []
  const ended = once(child, 'close').then(([code]) => ({ code, stderr }))
  return { child, link, ended }
}

describe('evergrant connect', () => {
  test('connects an account in the browser, and tells what was granted in the end', async () => {
    const { code, stdout, stderr } = await evergrant(connect('--scopes', SCOPES, ...withAccounts))
    expect([code, stderr]).toEqual([0, expect.stringContaining('Connecting zoho_crm of smart-tax-nation')])
    expect(stdout.replace(/ +\d+ min/, ' 59 min')).toBe(`Connected zoho_crm of smart-tax-nation.
  account  ${localZohoUser.zuid}
  scopes   ZohoCRM.modules.ALL AaaServer.profile.READ
  token    good for 59 min
  refresh  by itself, before the token expires
`)
    const { end } = await browser.visit(1)
    expect(end).toMatchObject({ title: 'Connected', status: 200 })
    // Neither code nor state stay in the address bar.
    expect(new URL(end.url).search).toBe('')
    const { stdout: token } = await evergrant(['token', CLIENT, 'zoho_crm'])
    const answer = await fetch(`${zoho.url}/api/echo`, {
      headers: { authorization: `Zoho-oauthtoken ${token.trim()}` },
    })
    expect(answer.status).toBe(200)
  })

  test('T31, T32: the program that opens the browser sees neither state nor code nor the provider’s address', async () => {
    const before = shown.seen().length
    expect((await evergrant(connect('--scopes', SCOPES))).code).toBe(0)
    const { visited } = await browser.visit(1)
    const seen = shown.seen().slice(before)
    const opened = seen.filter(args => args.some(arg => arg.endsWith('scripted-browser.js')))
    expect(opened[0]?.at(-2)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/)
    const [state] = visited.flatMap(url => new URL(url).searchParams.getAll('state'))
    expect(state).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify(seen)).not.toMatch(new RegExp(`${state}|code=|oauth/v2`))
  })

  test('prints one object with --json, whatever else there is to tell', async () => {
    await zoho.configure({ withheldScopes: ['ZohoCRM.users.READ'] })
    const { code, stdout } = await evergrant(
      connect('--json', '--scopes', 'ZohoCRM.modules.ALL ZohoCRM.users.READ'),
    )
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        clientId: CLIENT,
        provider: 'zoho_crm',
        account: null,
        scopes: ['ZohoCRM.modules.ALL'],
        missingScopes: ['ZohoCRM.users.READ'],
        refreshable: true,
        remedy: null,
        expiresAt: expect.stringMatching(/^20.*Z$/),
      },
    ])
  })

  test('says so where the user refuses, and leaves what was connected as it was', async () => {
    await evergrant(connect('--scopes', SCOPES))
    const before = await connections()
    const { code, stderr } = await evergrant(connect(), { BROWSER_SAYS: 'refuse' })
    expect([code, stderr]).toEqual([1, expect.stringContaining('[AUTHORIZATION_FLOW]')])
    expect((await browser.visit(2)).end).toMatchObject({ title: 'Not connected' })
    expect(await connections()).toEqual(before)
  })

  test('another account replaces the connected one only where that is said', async () => {
    await evergrant(connect('--scopes', SCOPES, ...withAccounts))
    const [before] = await connections()
    const asBob = { BROWSER_USER: bob.email }
    const refused = await evergrant(connect(...withAccounts), asBob)
    expect([refused.code, unwrapped(refused.stderr)]).toEqual([
      1,
      expect.stringMatching(/Another account is connected.*600001435.*untouched.*--replace-account/s),
    ])
    expect(await connections()).toEqual([before])
    const { code, stdout } = await evergrant(connect('--replace-account', ...withAccounts), asBob)
    expect([code, stdout]).toEqual([0, expect.stringContaining(`account  ${bob.zuid}`)])
  })

  test('asks for what the connection has where no scopes are named', async () => {
    await evergrant(connect('--scopes', SCOPES))
    const { stdout } = await evergrant(connect())
    expect(stdout).toContain('ZohoCRM.modules.ALL AaaServer.profile.READ')
  })

  test('without scopes is refused at once where the provider shows a page and sends nobody back', async () => {
    for (const way of [[], ['--no-browser']]) {
      const { code, stderr } = await evergrant(connect(...way))
      expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/INVALID_INPUT.*--scopes one,two/)])
    }
    expect(browser.visits()).toEqual([])
  })

  test('takes the scopes of the config file, and tells what it asks for', async () => {
    const scopes = SCOPES.split(',')
    writeFileSync(
      join(directory, 'scopes.mjs'),
      `export const providers = { zoho_crm: { scopes: ['${scopes[0]}'] } }`,
    )
    const configured = connect('--config', 'scopes.mjs')
    const first = await evergrant(configured)
    expect([first.code, unwrapped(first.stderr)]).toEqual([
      0,
      expect.stringContaining(`asks for  ${scopes[0]} redirect`),
    ])
    await evergrant(connect('--scopes', SCOPES))
    // Whoever connects wants what is configured now; what is connected again keeps what it had.
    const again = ['reauthorize', CLIENT, 'zoho_crm', '--config', 'scopes.mjs']
    expect((await evergrant(again)).stdout).toContain(scopes.join(' '))
    expect((await evergrant(configured)).stdout).not.toContain(scopes[1])
  })

  test('takes a redirect URI that is registered letter for letter', async () => {
    const env = { ZOHO_CLIENT_ID: strict.clientId }
    const args = connect('--scopes', SCOPES, '--redirect-uri', REGISTERED)
    expect(await evergrant(args, env)).toMatchObject({ code: 0 })
    const taken = await evergrant(connect('--redirect-uri', 'https://app.example/callback'), env)
    expect([taken.code, unwrapped(taken.stderr)]).toEqual([2, expect.stringContaining('on this machine')])
  })

  test('T31: without a browser it prints the address; a second callback and a second browser are refused', async () => {
    const { link, ended } = await waiting(connect('--scopes', SCOPES))
    const begun = await fetch(link, { redirect: 'manual' })
    const page = begun.headers.get('location') ?? ''
    await zoho.configure({ consent: 'given' })
    const callback = (await fetch(page, { redirect: 'manual' })).headers.get('location') ?? ''
    // Neither a link of a page nor a browser that was not sent.
    expect((await fetch(callback.replace(/state=[^&]+/, 'state=another'))).status).toBe(400)
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const [first, second] = await Promise.all([
      fetch(callback, { headers: { cookie } }),
      fetch(callback, { headers: { cookie } }),
    ])
    expect([first.status, second.status].sort()).toEqual([200, 409])
    expect(await ended).toMatchObject({ code: 0 })
    await expect(fetch(link)).rejects.toThrow()
  })

  test('T31: a browser that was not sent connects nothing', async () => {
    const { link, ended } = await waiting(connect('--scopes', SCOPES))
    const page = (await fetch(link, { redirect: 'manual' })).headers.get('location') ?? ''
    await zoho.configure({ consent: 'given', signedInUser: bob.email })
    const { requests } = await zoho.summary()
    const callback = (await fetch(page, { redirect: 'manual' })).headers.get('location') ?? ''
    await fetch(callback)
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([1, expect.stringContaining('[AUTHORIZATION_FLOW]')])
    expect((await zoho.summary()).requests).toBe(requests)
    expect(await connections()).toEqual([])
  })

  test('T31: an address that was opened twice connects nothing', async () => {
    const { link, ended } = await waiting(connect('--scopes', SCOPES))
    await fetch(link, { redirect: 'manual' })
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(409)
    const { code, stderr } = await ended
    expect([code, unwrapped(stderr)]).toEqual([1, expect.stringContaining('opened by two browsers')])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('on %s it closes, and nothing was connected', async signal => {
    const { child, link, ended } = await waiting(connect('--scopes', SCOPES))
    child.kill(signal)
    expect(await ended).toMatchObject({
      code: signal === 'SIGINT' ? 130 : 143,
      stderr: expect.stringMatching(/Nothing was connected, and what was connected before is as it was\.\n$/),
    })
    await expect(fetch(link)).rejects.toThrow()
    expect(await connections()).toEqual([])
  })
})

describe('evergrant connect --code', () => {
  test('takes the code of a self-client from standard input', async () => {
    const code = await zoho.issueCode({ scopes: SCOPES.split(',') })
    const ended = await evergrant(connect('--code'), {}, `${code}\n`)
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('ZohoCRM.modules.ALL') })
    expect(ended.stdout + ended.stderr).not.toContain(code)
    const again = await evergrant(connect('--code'), {}, code)
    expect(again).toMatchObject({ code: expect.any(Number) })
    expect([again.code === 0, (again.stdout + again.stderr).includes(code)]).toEqual([false, false])
    expect(browser.visits()).toEqual([])
  })

  test('T32: never from the command line', async () => {
    const code = await zoho.issueCode()
    for (const args of [[`--code=${code}`], ['--code', code], ['--code=abc']]) {
      const { code: exit, stderr } = await evergrant(connect(...args))
      expect([exit, unwrapped(stderr)]).toEqual([2, expect.stringContaining('standard input')])
      expect(stderr).not.toContain(code)
    }
    expect(await evergrant(connect('--code'), {}, ' \n')).toMatchObject({ code: 2 })
  })

  test('leaves the account of a connection, unless told otherwise', async () => {
    const scopes = SCOPES.split(',')
    const byCode = connect('--code', ...withAccounts)
    await evergrant(byCode, {}, await zoho.issueCode({ scopes }))
    const [before] = await connections()
    const code = await zoho.issueCode({ scopes, user: bob.email })
    expect(await evergrant(byCode, {}, code)).toMatchObject({ code: 1 })
    expect(await connections()).toEqual([before])
    const another = await zoho.issueCode({ scopes, user: bob.email })
    expect(await evergrant([...byCode, '--replace-account'], {}, another)).toMatchObject({ code: 0 })
  })
})

test.each([
  [['--port', '0'], /--port takes/],
  [['--port', '8765', '--redirect-uri', REGISTERED], /does not go with/],
  [['--code', '--port', '8765'], /does not go with/],
  [['--device', '--port', '8765'], /does not go with/],
  [['--device', '--redirect-uri', REGISTERED], /does not go with/],
  [['--device', '--code'], /does not go with/],
  [['--scopes', ' , '], /--scopes is empty/],
  [['--parameter', 'location'], /takes a name and a value/],
  [['--parameter', 'locaton=eu'], /locaton is none of zoho_crm. There is: location/],
  [['--parameter', 'location=eu', '--parameter', 'location=us'], /given twice/],
])('what does not go together is told before anything is opened: %s', async (args, message) => {
  const { code, stderr } = await evergrant(connect(...args))
  expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(message)])
  expect(browser.visits()).toEqual([])
})
