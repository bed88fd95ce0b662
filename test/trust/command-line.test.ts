import { once } from 'node:events'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/admin/doctor/finding.ts'
import { verbs } from '../../src/cli/verbs.ts'
import { isTest, readSources } from '../architecture/source.ts'
import { secretsOf, watchArguments } from '../support/argument-watch.ts'
import { scriptedBrowser } from '../support/browser-log.ts'
import { commandLine } from '../support/command-line.ts'
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { type Ended, run as runProgram } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { CLIENT, serviceWorld } from '../support/services.ts'
import { ENCODINGS, encoded, makeCanary } from './canary.ts'
import { filesIn, rotating } from './copies.ts'
import { answer, tokenEndpoint } from './token-endpoint.ts'

const canary = makeCanary()
const endpoint = await tokenEndpoint()
const world = await serviceWorld()
const source = await freshDatabase()
const { run, directory, shown } = commandLine()
const browser = scriptedBrowser(directory)

// Every secret of this world has the canary in it: keys, app credentials, seeds, tokens and passwords.
const authorization = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
  if (pathname === '/device') return void response.end(JSON.stringify(deviceAnswer()))
  const callback = new URL(searchParams.get('redirect_uri') ?? '')
  callback.searchParams.set('state', searchParams.get('state') ?? '')
  callback.searchParams.set('code', canary.secret('code'))
  response.writeHead(302, { location: callback.href }).end()
}).listen(0, '127.0.0.1')
await once(authorization, 'listening')
afterAll(() => {
  authorization.close()
})
const page = `http://127.0.0.1:${(authorization.address() as AddressInfo).port}`

/** The code that a person enters is for everybody's eyes; the other one is a secret. */
const deviceAnswer = () => ({
  device_code: canary.secret('device-code'),
  user_code: 'ABCD-EFGH',
  verification_uri: `${page}/enter`,
  expires_in: 600,
  interval: 1,
})

const key = (id: string): string => `${id}:${Buffer.from(canary.mark.padEnd(32, id)).toString('base64')}`
const config = `
  import { genericProvider } from ${JSON.stringify(join(projectDirectory, 'dist/providers/index.js'))}
  const profile = genericProvider({ name: 'acme', tokenEndpoint: '${endpoint.url}', rotation: 'static',
    revocationEndpoint: '${endpoint.url}', deviceAuthorizationEndpoint: '${page}/device' })
  const authorizationEndpoint = '${page}/authorize'
  export const providers = { acme: { profile: { ...profile, authorizationEndpoint }, clientId: 'app', clientSecret: process.env.ACME_SECRET } }`

/** The URL of a role whose password is the canary. */
async function secretUrl({ query, urlWith }: FreshDatabase): Promise<string> {
  const url = new URL(await urlWith({}))
  await query(`alter role ${url.username} password '${canary.mark}'`)
  url.password = canary.mark
  return url.href
}

interface Place {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const secrets = {
  ACME_SECRET: canary.secret('app'),
  ZOHO_CLIENT_ID: 'app',
  ZOHO_CLIENT_SECRET: canary.secret('zoho-app'),
  ZOHO_REFRESH_TOKEN: canary.secret('seed'),
  EVERGRANT_ENCRYPTION_KEYS: `${key('new')},${key('old')}`,
  EVERGRANT_CONFIG: 'acme.mjs',
  ZOHO_ACCOUNTS_SERVER: world.zoho.url,
  ...browser.env,
}

/**
 * What each verb is run with, in this order. Each of them succeeds. The demo and the local Zoho have tests of their
 * own, under the same watch.
 */
const RUNS: readonly (readonly [verb: string, ...args: string[]])[] = [
  ['migrate'],
  ['import'],
  ['import', '--overwrite'],
  ['import', '--env', CLIENT],
  ['import', '--from', 'table', '--table', 'old_tokens', '--map', 'acme=acme', '--apply'],
  ['connect', CLIENT, 'acme', '--scopes', 'read'],
  ['connect', CLIENT, 'acme', '--code'],
  ['connect', CLIENT, 'acme', '--device', '--scopes', 'read'],
  ['reauthorize'],
  ['reauthorize', CLIENT],
  ['reauthorize', CLIENT, 'acme'],
  ['reauthorize', CLIENT, 'acme', '--code'],
  ['reauthorize', CLIENT, 'acme', '--device'],
  ['status'],
  ['token', CLIENT, 'acme'],
  ['refresh', CLIENT, 'acme'],
  ['events'],
  ['providers'],
  ['providers', 'acme'],
  ['keys list'],
  ['keys rotate'],
  ['keys seal'],
  ['keys forget', 'old'],
  ['keys generate'],
  ['doctor'],
  ['delete', CLIENT, 'acme', '--revoke'],
  ['revoke', '--provider', 'acme', '--yes'],
]

let sourceUrl = ''
beforeAll(async () => {
  sourceUrl = await secretUrl(source)
  writeFileSync(join(directory, 'acme.mjs'), config)
  await source.query(
    'create table old_tokens (client_id text, provider text, access_token text, refresh_token text, token_expiry timestamptz)',
  )
  await source.query(`insert into old_tokens values ('moved', 'acme', $1, $2, '2099-01-01')`, [
    canary.secret('moved-access'),
    canary.secret('moved-refresh'),
  ])
})

async function runAt(
  { args, env }: Place,
  [verb, ...more]: readonly [string, ...string[]],
  clientId = CLIENT,
): Promise<Ended> {
  const record = {
    clientId,
    provider: 'acme',
    accessToken: canary.secret('stored-access'),
    refreshToken: canary.secret('stored-refresh'),
  }
  return run([...verb.split(' '), ...more, ...args], { env, input: JSON.stringify(record) })
}

const findIn = ({ stdout, stderr }: Ended) => ({
  stdout: canary.findIn(stdout),
  stderr: canary.findIn(stderr),
})
const NOTHING = { stdout: [], stderr: [] }

test('T32: each verb is among the runs', () => {
  const named = verbs.map(({ usage }) => usage.replace(/ [<[].*/, ''))
  expect([...new Set(['demo', 'zoho', ...RUNS.map(([verb]) => verb)])].sort()).toEqual([...named].sort())
})

describe.each<[string, () => Promise<Place>]>([
  [
    'PostgreSQL',
    async () => ({ args: [], env: { ...secrets, DATABASE_URL: await secretUrl(world.database) } }),
  ],
  ['SQLite, with --json', async () => ({ args: ['--json', '--data-dir', 'data'], env: secrets })],
])('the command on %s', (_, placeOf) => {
  test('T32, T8: takes secrets outside of its arguments, shows none there, and prints none but those it is asked for', async () => {
    const before = shown.seen().length
    endpoint.usually = rotating(canary)
    const { args, env } = await placeOf()
    const place = { args, env: { ...env, EVERGRANT_SOURCE_URL: sourceUrl } }
    for (const line of RUNS) {
      const [verb] = line
      const ended = await runAt(place, line)
      expect([verb, ended.code, ended.code === 0 ? '' : ended.stderr + ended.stdout]).toEqual([verb, 0, ''])
      const where = verb === 'token' ? { stdout: ['raw'], stderr: [] } : NOTHING
      expect([verb, findIn(ended)]).toEqual([verb, where])
    }
    expect(endpoint.asked.some(token => token.includes(canary.mark))).toBe(true)
    const seen = shown.seen().slice(before)
    expect(canary.findIn(JSON.stringify(seen))).toEqual([])
    // Each process at its start and its end: the commands, and the browsers that two of them opened.
    await expect.poll(() => shown.seen().slice(before)).toHaveLength(2 * (RUNS.length + 2))
  }, 300_000)

  test('T8: prints no secret when a provider answers with the token in it', async () => {
    const place = await placeOf()
    const bodies = [
      `{"error":"invalid_request","error_description":"${canary.mark}"}`,
      `{"error":"${canary.mark}"}`,
      `<p>${canary.mark}</p>`,
      '{"error":"invalid_client"}',
      '{"error":"invalid_grant"}',
    ]
    const codes: (number | null)[] = []
    for (const [index, body] of bodies.entries()) {
      expect(await runAt(place, ['import'], `refused-${index}`)).toMatchObject({ code: 0 })
      endpoint.usually = answer(400, body)
      const ended = await runAt(place, ['refresh', `refused-${index}`, 'acme'])
      codes.push(ended.code)
      expect([body, findIn(ended)]).toEqual([body, NOTHING])
    }
    expect(codes).toEqual([1, 1, 1, 1, 3])
    expect(findIn(await runAt(place, ['status']))).toEqual(NOTHING)
  }, 60_000)
})

describe('the watch over arguments', () => {
  const watch = watchArguments()

  test('T32: sees a secret that stands there in whichever encoding, at the start and at the end', async () => {
    const planted = ENCODINGS.map(encoding => encoded(`x${canary.mark}`, encoding))
    const args = ['--eval', 'process.title = process.env.SECRET', '--', ...planted]
    const env = { NODE_OPTIONS: watch.option, SECRET: makeCanary().mark }
    expect(await runProgram(process.execPath, args, { env })).toMatchObject({ code: 0, stderr: '' })
    const [start, end, ...others] = watch.seen()
    expect(others).toEqual([])
    expect(canary.findIn(JSON.stringify(start))).toEqual(ENCODINGS)
    expect(JSON.stringify(end)).toContain(env.SECRET)
  })

  test('T32: looks for what a command was given by its environment and its input', () => {
    const found = secretsOf('[{"clientId":"c-12345678","refreshToken":"refresh-1"}]', {
      ...secrets,
      DATABASE_URL: 'postgres://somebody:pass%2Fword@host/app',
    })
    expect(found).toEqual(
      expect.arrayContaining([
        secrets.ACME_SECRET,
        secrets.ZOHO_REFRESH_TOKEN,
        key('old').slice('old:'.length),
        'pass%2Fword',
        'pass/word',
        'refresh-1',
      ]),
    )
    expect(found.filter(text => /somebody|c-12345678|^app$/.test(text))).toEqual([])
  })

  test('T32: sees every process there is: no source but these starts any, and those are of Node, or the browser', () => {
    const starters = readSources('src')
      .filter(file => !isTest(file) && /child_process|worker_threads|cluster/.test(file.text))
      .map(({ path, text }) => [
        path,
        [...text.matchAll(/\b(?:fork|spawn|exec)(?:Sync|File|FileSync)?\(/g)].map(([call]) => call),
      ])
    expect(starters).toEqual([
      ['src/cli/connect/browser.ts', ['spawn(']],
      ['src/cli/demo/actor.ts', ['fork(']],
      ['src/testing/zoho/fork.ts', ['fork(']],
    ])
  })
})

test.each([
  ['', 'inspector', /SIGUSR1|sigusr1/],
  ['--heapsnapshot-signal=SIGUSR2', 'inspector', /without that option/],
  ['--report-uncaught-exception', 'reports', /report-exclude-env/],
])(
  'T9: doctor tells core dumps, inspector, reports and certificates of its own process (%s)',
  async (option, check, remedy) => {
    const env = { DATABASE_URL: 'memory:', NODE_OPTIONS: option }
    const { stdout } = await run(['doctor', '--json'], { env })
    const findings: readonly Finding[] = JSON.parse(stdout).findings
    const names = ['core_dumps', 'inspector', 'reports', 'certificates']
    const found = findings.filter(finding => names.includes(finding.check))
    expect(found.map(finding => finding.check)).toEqual(names)
    expect(found.filter(({ verdict }) => verdict === 'fail')).toEqual([])
    expect(found.find(finding => finding.check === check)).toMatchObject({
      verdict: 'warn',
      remedy: expect.stringMatching(remedy),
    })
  },
)

describe('files of the command', () => {
  test('T32: can be read by their owner alone', () => {
    const made = filesIn(join(directory, 'data'))
    expect(made.map(path => path.slice(directory.length + 1))).toContain('data/evergrant.db')
    const open = made.filter(path => (statSync(path).mode & 0o077) !== 0)
    expect(open).toEqual([])
    expect(statSync(join(directory, 'data')).mode & 0o077).toBe(0)
  })

  test('T32: a key file that others can read is refused, and its key is not told', async () => {
    const place = ['--data-dir', 'others']
    expect(await run(['migrate', ...place])).toMatchObject({ code: 0 })
    const file = join(directory, 'others/evergrant.db.key')
    expect((await run(['import', ...place], { input: '[]' })).code).toBe(0)
    const [, text = ''] = readFileSync(file, 'utf8').trim().split(':')
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(file, mode)
      const { code, stdout, stderr } = await run(['import', ...place], { input: '[]' })
      expect([code, stderr]).toEqual([2, expect.stringContaining('chmod 600')])
      expect(stdout + stderr).not.toContain(text)
    }
  })
})
