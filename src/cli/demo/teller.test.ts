import { describe, expect, test } from 'vitest'
import { captureOutput } from '../../../test/support/captured-output.ts'
import { below, different, same } from './finding.ts'
import { Teller } from './teller.ts'

describe('a line that holds', () => {
  test('has a check mark, the fact and its details, and keeps the exit code at 0', () => {
    const { output, stdout } = captureOutput()
    const teller = new Teller(output)
    teller.tell(2, 'The first token takes one request', {
      checks: [same('requests', 1, 1), different('token', 'b', 'a'), below('wait in ms', 3, 500)],
      details: ['1 request, 38 ms'],
    })
    expect(stdout()).toBe('   2  ✓  The first token takes one request\n         1 request, 38 ms\n')
    expect(teller.exitCode).toBe(0)
  })
})

describe('a line that does not hold', () => {
  test('has a cross, what was expected and what was found, and makes the exit code 1', () => {
    const { output, stdout } = captureOutput()
    const teller = new Teller(output)
    teller.tell(6, '200 callers, one request', {
      checks: [same('requests to the provider', 2, 1), same('errors', '', '')],
      details: ['2 requests'],
    })
    expect(stdout()).toBe(
      [
        '   6  ✗  200 callers, one request',
        '         expected requests to the provider: 1',
        '            found 2',
        '         2 requests',
        '',
      ].join('\n'),
    )
    expect(teller.exitCode).toBe(1)
  })

  test.each([
    ['same', same('token', 'b', 'a')],
    ['different', different('token', 'a', 'a')],
    ['below', below('wait in ms', 500, 500)],
  ])('fails the story even when every other line holds: %s', (_, broken) => {
    const teller = new Teller(captureOutput().output)
    teller.tell(1, 'Holds', { checks: [same('x', 1, 1)], details: [] })
    teller.tell(2, 'Does not', { checks: [same('x', 1, 1), broken], details: [] })
    teller.tell(3, 'Holds', { checks: [same('x', 1, 1)], details: [] })
    expect(teller.exitCode).toBe(1)
    expect(teller.told.map(({ holds }) => holds)).toEqual([true, false, true])
  })
})

test('what comes from elsewhere cannot move the cursor', () => {
  const { output, stdout } = captureOutput()
  new Teller(output).tell(1, 'Fact', { checks: [same('x', '\u001b[2J', 'y')], details: ['\r\n'] })
  expect(stdout()).toContain('found \\u001b[2J')
  expect(stdout()).toContain('\\u000d\\u000a')
})

test('with --json nothing is told in lines: the document has it all', () => {
  const { output, stdout } = captureOutput({ json: true })
  const teller = new Teller(output)
  teller.open('Title', [['database', 'SQLite']])
  teller.tell(1, 'Fact', { checks: [same('x', 2, 1)], details: ['d'] })
  teller.close(['end'])
  expect(stdout()).toBe('')
  expect(teller.told).toEqual([
    { number: 1, title: 'Fact', holds: false, details: ['d'], broken: [{ expected: 'x: 1', found: '2' }] },
  ])
})
