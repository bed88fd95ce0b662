import { describe, expect, test } from 'vitest'
import { type Environment, readEnvironment } from './environment.ts'
import { InvalidInputError } from './errors.ts'

describe('the environment', () => {
  test('gives app credentials of the provider first, then of the family', () => {
    const environment = readEnvironment({
      ZOHO_CLIENT_ID: 'family',
      ZOHO_CLIENT_SECRET: 'family secret',
      ZOHO_CALENDAR_CLIENT_ID: 'calendar',
    })
    expect(environment.appOf('zoho_crm')?.clientId).toBe('family')
    expect(environment.appOf('zoho_crm')?.clientSecret?.reveal()).toBe('family secret')
    expect(environment.appOf('zoho_calendar')).toEqual({ clientId: 'calendar', clientSecret: null })
    expect(environment.appOf('google')).toBeNull()
    expect(environment.appOf('zoho')).toBeNull()
  })

  test('gives seeds of the provider first, then of the family, with the name of the variable', () => {
    const environment = readEnvironment({ ZOHO_REFRESH_TOKEN: 'one', ZOHO_CRM_REFRESH_TOKEN: 'two' })
    expect(environment.seedOf('zoho_crm')?.variable).toBe('ZOHO_CRM_REFRESH_TOKEN')
    expect(environment.seedOf('zoho_crm')?.value.reveal()).toBe('two')
    expect(environment.seedOf('zoho_calendar')?.variable).toBe('ZOHO_REFRESH_TOKEN')
    expect(environment.seedOf('google')).toBeNull()
  })

  test('counts an empty variable as absent', () => {
    const environment = readEnvironment({ DATABASE_URL: ' ', ZOHO_REFRESH_TOKEN: '', EVERGRANT_DATA_DIR: '' })
    expect(environment.databaseUrl).toBeUndefined()
    expect(environment.seedOf('zoho_crm')).toBeNull()
    expect(environment).toMatchObject({
      dataDirectory: '.evergrant',
      dataDirectoryNamed: false,
      production: false,
    })
  })

  describe.each([
    ['DATABASE_URL', (read: Environment) => read.databaseUrl],
    ['EVERGRANT_DATA_DIR', (read: Environment) => read.dataDirectory],
    ['EVERGRANT_ENCRYPTION_KEYS', (read: Environment) => read.encryptionKeys],
    ['NODE_ENV', (read: Environment) => read.production],
    ['ZOHO_LOCATION', (read: Environment) => read.zohoLocation],
    ['ZOHO_ACCOUNTS_SERVER', (read: Environment) => read.zohoAccountsServer],
    ['ZOHO_CLIENT_ID', (read: Environment) => read.appOf('zoho_crm')],
    ['ZOHO_CRM_CLIENT_ID', (read: Environment) => read.appOf('zoho_crm')],
    ['ZOHO_CLIENT_SECRET', (read: Environment) => read.appOf('zoho_crm')],
    ['ZOHO_REFRESH_TOKEN', (read: Environment) => read.seedOf('zoho_crm')],
    ['ZOHO_CALENDAR_REFRESH_TOKEN', (read: Environment) => read.seedOf('zoho_calendar')],
  ])('%s', (variable, use) => {
    const using = (value: string) => () => use(readEnvironment({ [variable]: value }))

    test.each(['"canary"', "'canary'", '`canary`', ' "canary" ', '\u201ccanary\u201d'])(
      'is refused with its quotes: %s',
      value => {
        expect(using(value)).toThrow(InvalidInputError)
        expect(using(value)).toThrow(
          `${variable} is in quotes, which have become part of its value. Take them away: a shell does, but an env file ` +
            'that Docker reads keeps them.',
        )
        expect(using(value)).not.toThrow(/canary/)
      },
    )

    // A directory may have such a name.
    const ends = variable === 'EVERGRANT_DATA_DIR' ? [] : ['canary,', 'canary;', ' canary , ', 'canary,,']
    test.each(ends)('is refused with what ended its line: %s', value => {
      expect(using(value)).toThrow(InvalidInputError)
      expect(using(value)).toThrow(
        new RegExp(`^${variable} ends with a (comma|semicolon), which is no part of it\\. Take it away\\.$`),
      )
    })
  })

  test('keeps quotes and commas where they may be meant', () => {
    const directory = "it's, here"
    expect(readEnvironment({ EVERGRANT_DATA_DIR: directory }).dataDirectory).toBe(directory)
    expect(readEnvironment({ EVERGRANT_ENV_CLIENT_ID: '"a",' }).seedClientId).toBe('"a",')
    expect(readEnvironment({ EVERGRANT_ENCRYPTION_KEYS: 'a:b,c:d' }).encryptionKeys?.reveal()).toBe('a:b,c:d')
  })

  test('refuses nothing that is not used', () => {
    const environment = readEnvironment({
      DATABASE_URL: '"canary"',
      ZOHO_CLIENT_ID: '"canary"',
      NODE_ENV: '"x"',
    })
    expect(environment.dataDirectory).toBe('.evergrant')
    expect(environment.seedOf('zoho_crm')).toBeNull()
  })

  test('refuses a secret without its id', () => {
    expect(() => readEnvironment({ ZOHO_CLIENT_SECRET: 'canary' }).appOf('zoho_crm')).toThrow(
      InvalidInputError,
    )
    expect(() => readEnvironment({ ZOHO_CLIENT_SECRET: 'canary' }).appOf('zoho_crm')).not.toThrow(/canary/)
  })
})
