import type { ListedEvent } from 'evergrant'
import { expect, test } from 'vitest'
import { captureOutput } from '../../test/support/captured-output.ts'
import { printEvents } from './event-table.ts'

function event(change: Partial<ListedEvent> = {}): ListedEvent {
  return {
    id: 7,
    at: new Date(Date.UTC(2026, 10, 26, 12, 30, 59)),
    type: 'connected',
    clientId: 'smart-tax-nation',
    provider: 'zoho_calendar',
    connectionId: '00000000-0000-4000-8000-000000000000',
    generation: 1,
    reason: null,
    ...change,
  }
}

const dead = event({ type: 'reauthorization_required', reason: 'lost_rotation' })

function printed(
  events: readonly ListedEvent[],
  stream: { readonly terminal?: boolean; readonly columns?: number } = {},
): readonly string[] {
  const { output, stdout } = captureOutput({ noColor: true, ...stream })
  printEvents(events, output)
  return stdout().trimEnd().split('\n')
}

test('events are lines of 80 columns, also the longest of ordinary ones', () => {
  const lines = printed([dead, event({ reason: 'imported' })], { terminal: true, columns: 80 })
  expect(lines).toEqual([
    'WHEN (UTC)           CLIENT            PROVIDER       EVENT      REASON',
    '2026-11-26 12:30:59  smart-tax-nation  zoho_calendar  dead       lost rotation',
    '2026-11-26 12:30:59  smart-tax-nation  zoho_calendar  connected  imported',
  ])
})

test('a client with a long name stands above its events, as often as they come', () => {
  const clientId = `customer-${'of-ours-'.repeat(6)}end`
  const events = [event({ clientId }), dead, event({ clientId, type: 'deleted' })]
  const lines = printed(events, { terminal: true, columns: 80 })
  expect(lines).toEqual([
    'CLIENT',
    '  WHEN (UTC)           PROVIDER       EVENT      REASON',
    clientId,
    '  2026-11-26 12:30:59  zoho_calendar  connected  -',
    'smart-tax-nation',
    '  2026-11-26 12:30:59  zoho_calendar  dead       lost rotation',
    clientId,
    '  2026-11-26 12:30:59  zoho_calendar  deleted    -',
  ])
  // For a program that reads lines, each is whole.
  expect(printed(events)[1]).toContain(clientId)
})

test('names that would move the cursor are shown as they are', () => {
  const [, line] = printed([event({ clientId: 'a\u001b[2Jb', reason: '\u001b[31m' })])
  expect(line).not.toContain('\u001b')
})
