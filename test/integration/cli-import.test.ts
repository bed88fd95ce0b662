import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'

const CLIENT = 'smart-tax-nation'
const CANARY = 'c4n4ry4711'

const zoho = await startLocalZoho({ throttle: null })
afterAll(() => zoho.close())
const { run, directory } = commandLine()
const env = {
  ZOHO_ACCOUNTS_SERVER: zoho.url,
  ZOHO_CLIENT_ID: localZohoApp.clientId,
  ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
}

let databases = 0
let dataDir = ''
beforeEach(() => {
  databases += 1
  dataDir = join(directory, `data-${databases}`)
})
const evergrant = (args: readonly string[], input = '', seeds: Record<string, string> = {}) =>
  run([...args, '--data-dir', dataDir], { env: { ...env, ...seeds }, input })

const lines = (...records: readonly object[]): string =>
  records.map(record => JSON.stringify(record)).join('\n')
const record = { clientId: CLIENT, provider: 'zoho_crm', refreshToken: CANARY }

describe('records on standard input', () => {
  test('are imported, and what is there is kept', async () => {
    const { refreshToken } = await zoho.issueGrant()
    const input = lines({ ...record, refreshToken }, { ...record, clientId: 'b' })
    expect(await evergrant(['import'], input)).toEqual({
      code: 0,
      stdout: [
        'imported   smart-tax-nation  zoho_crm',
        'imported   b  zoho_crm',
        '2 imported, 0 kept, 0 refused',
        '',
      ].join('\n'),
      stderr: '',
    })
    const again = await evergrant(['import'], lines({ ...record, refreshToken: 'other' }))
    expect(again.stdout).toContain('kept       smart-tax-nation  zoho_crm  (there already)')
    expect(await evergrant(['token', CLIENT, 'zoho_crm'])).toMatchObject({ code: 0 })
  })

  test('replace what is there with --overwrite alone', async () => {
    const { refreshToken } = await zoho.issueGrant()
    await evergrant(['import'], lines(record))
    await evergrant(['import', '--overwrite'], lines({ ...record, refreshToken }))
    expect(await evergrant(['token', CLIENT, 'zoho_crm'])).toMatchObject({ code: 0 })
  })

  test('are only talked about with --dry-run', async () => {
    const { code, stdout } = await evergrant(['import', '--dry-run'], lines(record))
    expect([code, stdout]).toEqual([
      0,
      'to import  smart-tax-nation  zoho_crm\n1 to import, 0 kept, 0 refused\n',
    ])
    expect((await evergrant(['status'])).stdout).not.toContain(CLIENT)
  })

  test('that are refused end it with 1, the others are stored', async () => {
    const { code, stdout } = await evergrant(
      ['import', '--json'],
      lines({ ...record, provider: 'none' }, record),
    )
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: false,
      imported: 1,
      kept: 0,
      refused: 1,
      results: [
        { position: 1, outcome: 'refused' },
        { position: 2, outcome: 'imported' },
      ],
    })
  })

  test.each([
    ['nothing', '', 'There are no records.'],
    ['no JSON', `{"refreshToken":"${CANARY}"`, 'Record 1 is not valid JSON.'],
    [
      'a record without a token',
      lines(record, { ...record, refreshToken: null }),
      'Record 2 holds no token.',
    ],
  ])('that are %s end it with 2, and nothing is stored', async (_, input, complaint) => {
    const { code, stdout, stderr } = await evergrant(['import'], input)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(complaint)
    expect(stderr).not.toContain(CANARY)
    expect((await evergrant(['status'])).stdout).toContain('There is no database yet')
  })
})

describe('the environment', () => {
  test('gives its refresh token to the client that is named, without a request', async () => {
    const { refreshToken } = await zoho.issueGrant()
    const { requests } = await zoho.summary()
    const seeds = { ZOHO_CRM_REFRESH_TOKEN: refreshToken }
    expect(await evergrant(['import', '--env', CLIENT], '', seeds)).toEqual({
      code: 0,
      stdout: 'imported   smart-tax-nation  zoho_crm\n1 imported, 0 kept, 0 refused\n',
      stderr: '',
    })
    expect((await zoho.summary()).requests).toBe(requests)
    expect(await evergrant(['token', CLIENT, 'zoho_crm'])).toMatchObject({ code: 0 })
  })

  test('can be narrowed to one provider', async () => {
    const seeds = { ZOHO_REFRESH_TOKEN: CANARY }
    const { stdout } = await evergrant(['import', '--env', CLIENT, '--provider', 'zoho_calendar'], '', seeds)
    expect(stdout).toBe('imported   smart-tax-nation  zoho_calendar\n1 imported, 0 kept, 0 refused\n')
  })

  test('without a refresh token ends it with 2', async () => {
    expect(await evergrant(['import', '--env', CLIENT])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ZOHO_REFRESH_TOKEN'),
    })
  })

  test.each([
    ['--overwrite with --env', ['--env', CLIENT, '--overwrite']],
    ['--provider without --env', ['--provider', 'zoho_crm']],
  ])('does not go with everything: %s', async (_, args) => {
    expect(await evergrant(['import', ...args], lines(record))).toMatchObject({ code: 2, stdout: '' })
  })
})
