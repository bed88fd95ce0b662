import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type LocalZoho, localZohoApp, localZohoUser, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scriptedBrowser } from '../support/browser-log.ts'
import { commandLine } from '../support/command-line.ts'
import { projectDirectory } from '../support/project.ts'
import { zohoWithAccounts } from '../support/zoho-with-accounts.ts'

const SCOPES = 'ZohoCRM.modules.ALL,AaaServer.profile.READ'
const bob = { zuid: '600001435', email: 'bob@example.com', firstName: 'Bob', lastName: 'Builder' }
const program = join(projectDirectory, 'dist/cli/main.js')
const { directory, shown } = commandLine()

let zoho: LocalZoho
let withAccounts: readonly string[]
beforeAll(async () => {
  zoho = await startLocalZoho({ users: [localZohoUser, bob], throttle: null })
  withAccounts = zohoWithAccounts(directory, zoho.url)
})
afterAll(() => zoho.close())

/** A command at a terminal of its own, which `script` makes. */
class Terminal {
  readonly #child: ChildProcessWithoutNullStreams
  #screen = ''

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const line = [process.execPath, program, ...args].map(word => `'${word}'`).join(' ')
    this.#child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        HOME: directory,
        TERM: 'xterm',
        SHELL: '/bin/sh',
        ...scriptedBrowser(directory).env,
        ZOHO_CLIENT_ID: localZohoApp.clientId,
        ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
        ZOHO_ACCOUNTS_SERVER: zoho.url,
        NODE_OPTIONS: shown.option,
        ...env,
      },
    })
    this.#child.stdout.on('data', data => {
      this.#screen += data
    })
  }

  /** Until something stands on the screen. */
  async shows(pattern: RegExp): Promise<void> {
    await expect.poll(() => this.#screen).toMatch(pattern)
  }

  type(text: string): void {
    this.#child.stdin.write(text)
  }

  async end(): Promise<{ code: number; screen: string }> {
    const [code] = await once(this.#child, 'close')
    return { code, screen: this.#screen }
  }
}

const connect = (client: string, ...args: readonly string[]): readonly string[] => [
  'connect',
  client,
  'zoho_crm',
  '--data-dir',
  'data',
  ...args,
]

describe('at a terminal', () => {
  test('T32: a code is asked for, and typed without an echo', async () => {
    const code = await zoho.issueCode({ scopes: SCOPES.split(',') })
    const terminal = new Terminal(connect('typed', '--code'))
    await terminal.shows(/Code \(it is not shown\): $/)
    terminal.type(`${code}\r`)
    const { code: exit, screen } = await terminal.end()
    expect([exit, screen]).toEqual([0, expect.stringContaining('Connected zoho_crm of typed.')])
    expect(screen).not.toContain(code)
    expect(JSON.stringify(shown.seen())).not.toContain(code)
  })

  test('Ctrl-C ends it while it asks, and while it waits', async () => {
    const asks = new Terminal(connect('nobody', '--code'))
    await asks.shows(/Code/)
    asks.type('half a code\u0003')
    expect(await asks.end()).toMatchObject({ code: 130 })
    const waits = new Terminal(connect('nobody', '--scopes', SCOPES, '--no-browser'))
    await waits.shows(/Waiting for the browser/)
    waits.type('\u0003')
    expect(await waits.end()).toMatchObject({ code: 130 })
  })

  test('another account is asked about, and a no leaves what is connected', async () => {
    expect(await new Terminal(connect('asked', '--scopes', SCOPES, ...withAccounts)).end()).toMatchObject({
      code: 0,
    })
    const answers: readonly (readonly [string, number, string])[] = [
      ['\r', 1, 'untouched'],
      ['n\r', 1, 'untouched'],
      ['\u0004', 1, 'untouched'],
      ['y\r', 0, bob.zuid],
    ]
    for (const [keys, code, text] of answers) {
      const terminal = new Terminal(connect('asked', ...withAccounts), { BROWSER_USER: bob.email })
      await terminal.shows(/Replace it\?.*\[y\/N\] /s)
      terminal.type(keys)
      const ended = await terminal.end()
      expect([keys, ended.code]).toEqual([keys, code])
      expect(ended.screen).toContain(text)
    }
  })

  test('every line that it prints fits 80 columns', async () => {
    const { screen } = await new Terminal(connect('wide', '--scopes', SCOPES)).end()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what colours and clears a line
    const lines = screen.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '').split(/[\r\n]+/)
    expect(lines.filter(line => line.length > 80)).toEqual([])
  })
})
