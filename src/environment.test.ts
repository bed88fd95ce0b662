import { describe, expect, test } from 'vitest'
import { readEnvironment } from './environment.ts'
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

  test('refuses a secret without its id', () => {
    expect(() => readEnvironment({ ZOHO_CLIENT_SECRET: 'canary' }).appOf('zoho_crm')).toThrow(
      InvalidInputError,
    )
    expect(() => readEnvironment({ ZOHO_CLIENT_SECRET: 'canary' }).appOf('zoho_crm')).not.toThrow(/canary/)
  })
})
