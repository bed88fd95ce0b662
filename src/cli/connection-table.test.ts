import type { ListedConnection } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { captureOutput } from '../../test/support/captured-output.ts'
import { ConnectionTable } from './connection-table.ts'

const NOW = Date.UTC(2026, 10, 26, 12)
const MINUTE = 60_000
const LONG = `customer-${'of-ours-'.repeat(9)}end`

function connection(change: Partial<ListedConnection> = {}): ListedConnection {
  return {
    clientId: 'smart-tax-nation',
    provider: 'zoho_crm',
    status: 'active',
    statusReason: null,
    generation: 7,
    expiresAt: new Date(NOW + 59 * MINUTE),
    hasRefreshToken: true,
    scopes: [],
    metadata: {},
    lastRefreshedAt: new Date(NOW - MINUTE),
    lastError: null,
    failureCount: 0,
    nextAttemptAt: null,
    createdAt: null,
    updatedAt: null,
    ...change,
  }
}

/** As wide as ordinary connections get. */
const dead = connection({
  provider: 'zoho_calendar',
  status: 'reauthorization_required',
  statusReason: 'lost_rotation',
  expiresAt: new Date(NOW - MINUTE),
  lastRefreshedAt: new Date(NOW - 119 * MINUTE),
  lastError: 'REAUTHORIZATION_REQUIRED',
})

function printed(
  pages: readonly (readonly ListedConnection[])[],
  stream: { readonly terminal?: boolean; readonly columns?: number } = {},
): readonly string[] {
  const { output, stdout } = captureOutput({ noColor: true, ...stream })
  const table = new ConnectionTable(output, NOW)
  for (const page of pages) table.print(page)
  return stdout().trimEnd().split('\n')
}

test('ordinary names fit 80 columns, whatever became of the connection', () => {
  const lines = printed([[connection(), dead, connection({ lastError: 'PROVIDER_MISCONFIGURED' })]])
  expect(lines).toEqual([
    'CLIENT            PROVIDER       STATUS     EXPIRES  REFRESHED    LAST ERROR',
    'smart-tax-nation  zoho_crm       active     59 min   60 s ago     -',
    'smart-tax-nation  zoho_calendar  reconnect  expired  119 min ago  lost rotation',
    'smart-tax-nation  zoho_crm       active     59 min   60 s ago     misconfigured',
  ])
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
})

test.each([
  ['PROVIDER_UNAVAILABLE', 'unavailable'],
  ['PROVIDER_RATE_LIMITED', 'rate limited'],
  ['PROVIDER_RESPONSE', 'response'],
  ['NO_PROGRESS', 'no progress'],
] as const)('the last error %s is told in short: %s', (lastError, text) => {
  expect(printed([[connection({ lastError })]])[1]).toMatch(new RegExp(`  ${text}$`))
})

test('a status that is not plain is explained once', () => {
  const { output } = captureOutput()
  const table = new ConnectionTable(output, NOW)
  table.print([connection(), dead])
  table.print([dead])
  expect(table.legend).toEqual([expect.stringMatching(/^reconnect: .*reauthorization_required/)])
})

test('what nobody knows is a dash', () => {
  const unknown = connection({ expiresAt: null, lastRefreshedAt: null })
  expect(printed([[unknown]])[1]).toBe('smart-tax-nation  zoho_crm  active  -        -          -')
})

describe('a name that is too long for the terminal', () => {
  const pages = [[connection({ clientId: LONG }), { ...dead, clientId: LONG }, connection({ clientId: 'z' })]]

  test('has a line of its own, with its providers under it', () => {
    expect(printed(pages, { terminal: true, columns: 80 })).toEqual([
      'CLIENT',
      '  PROVIDER       STATUS     EXPIRES  REFRESHED    LAST ERROR',
      LONG,
      '  zoho_crm       active     59 min   60 s ago     -',
      '  zoho_calendar  reconnect  expired  119 min ago  lost rotation',
      'z',
      '  zoho_crm       active     59 min   60 s ago     -',
    ])
  })

  test('of ordinary length costs the column of the last refresh first', () => {
    const named = { ...dead, clientId: 'smart-tax-nation-of-ours' }
    expect(printed([[named]], { terminal: true, columns: 80 })).toEqual([
      'CLIENT                    PROVIDER       STATUS     EXPIRES  LAST ERROR',
      'smart-tax-nation-of-ours  zoho_calendar  reconnect  expired  lost rotation',
    ])
  })

  test('goes on so on the next page, and a client that spans two pages is named once', () => {
    const lines = printed([pages[0] ?? [], [connection({ clientId: 'z', provider: 'zz' })]], {
      terminal: true,
      columns: 80,
    })
    expect(lines.slice(-3)).toEqual([
      'z',
      '  zoho_crm       active     59 min   60 s ago     -',
      '  zz             active     59 min   60 s ago     -',
    ])
  })

  test('stays in its line on a wide terminal, and where programs read', () => {
    for (const stream of [{ terminal: true, columns: 200 }, {}]) {
      expect(printed(pages, stream)[1]).toMatch(new RegExp(`^${LONG}  zoho_crm       active`))
    }
  })
})
