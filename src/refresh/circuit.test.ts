import { describe, expect, test } from 'vitest'
import { Circuit, type CircuitRules } from './circuit.ts'

const RULES: CircuitRules = { connections: 3, pauseMs: openings => openings * 1_000, holdsConnections: false }

/** Each connection asks at `now` and is answered at once. */
function fail(circuit: Circuit, now: number, ...connections: string[]): void {
  for (const connection of connections) {
    expect(circuit.barredUntil(connection, now)).toBeNull()
    circuit.enter(connection).end('fails', now)
  }
}

describe('a circuit', () => {
  test('opens when several connections failed with no success in between', () => {
    const circuit = new Circuit(RULES)
    fail(circuit, 0, 'a', 'b')
    expect(circuit.isOpen).toBe(false)
    expect(circuit.enter('c').end('fails', 0)).toBe('opened')
    expect(circuit.barredUntil('d', 0)).toBe(1_000)
    expect(circuit.barredUntil('a', 999)).toBe(1_000)
  })

  test('is opened by no single connection, however often it fails', () => {
    const circuit = new Circuit(RULES)
    fail(circuit, 0, 'a', 'a', 'a', 'a', 'a', 'b', 'b')
    expect(circuit.isOpen).toBe(false)
    expect(circuit.enter('c').end('works', 0)).toBeNull()
    fail(circuit, 0, 'a', 'b')
    expect(circuit.isOpen).toBe(false)
  })

  test('lets one through after its pause; the others wait for what it hears', () => {
    const circuit = new Circuit(RULES)
    fail(circuit, 0, 'a', 'b', 'c')
    expect(circuit.barredUntil('d', 1_000)).toBeNull()
    const probe = circuit.enter('d')
    expect(circuit.barredUntil('e', 1_500)).toBe(1_500)
    expect(probe.end('works', 2_000)).toBe('closed')
    expect(circuit.barredUntil('e', 2_000)).toBeNull()
    expect(circuit.isIdle).toBe(true)
  })

  test('stays open longer each time its probe fails, and says so once', () => {
    const circuit = new Circuit(RULES)
    fail(circuit, 0, 'a', 'b', 'c')
    expect(circuit.enter('d').end('fails', 1_000)).toBeNull()
    expect(circuit.barredUntil('d', 1_000)).toBe(3_000)
    expect(circuit.enter('e').end('fails', 3_000)).toBeNull()
    expect(circuit.barredUntil('a', 3_000)).toBe(6_000)
    circuit.enter('a').end('works', 6_000)
    fail(circuit, 6_000, 'a', 'b', 'c')
    expect(circuit.barredUntil('a', 6_000)).toBe(7_000)
  })

  test('lets the next one through when its probe was not sent', () => {
    const circuit = new Circuit(RULES)
    fail(circuit, 0, 'a', 'b', 'c')
    const probe = circuit.enter('d')
    probe.end('nothing', 1_000)
    expect(circuit.barredUntil('e', 1_000)).toBeNull()
    // Only the first word counts.
    expect(probe.end('works', 1_000)).toBeNull()
    expect(circuit.isOpen).toBe(true)
  })

  test('is not kept open by what was sent before it opened, and is closed by it', () => {
    const circuit = new Circuit(RULES)
    const late = ['x', 'y', 'z'].map(name => circuit.enter(name))
    fail(circuit, 0, 'a', 'b', 'c')
    late[0]?.end('fails', 500)
    late[1]?.end('nothing', 500)
    expect(circuit.barredUntil('d', 500)).toBe(1_000)
    expect(late[2]?.end('works', 500)).toBe('closed')
    expect(circuit.barredUntil('d', 500)).toBeNull()
  })

  test('that holds connections back lets one that fails alone ask less and less often', () => {
    const circuit = new Circuit({ ...RULES, holdsConnections: true })
    fail(circuit, 0, 'a')
    expect(circuit.barredUntil('a', 999)).toBe(1_000)
    expect(circuit.barredUntil('b', 999)).toBeNull()
    fail(circuit, 1_000, 'a')
    circuit.enter('b').end('works', 1_000)
    expect(circuit.barredUntil('a', 2_999)).toBe(3_000)
    circuit.enter('a').end('works', 3_000)
    expect(circuit.barredUntil('a', 3_000)).toBeNull()
    expect(circuit.isIdle).toBe(true)
  })

  test('remembers no more than ten thousand of them', () => {
    const circuit = new Circuit({ ...RULES, connections: Infinity, holdsConnections: true })
    for (let index = 0; index <= 10_000; index += 1) fail(circuit, 0, `connection-${index}`)
    expect(circuit.barredUntil('connection-0', 0)).toBeNull()
    expect(circuit.barredUntil('connection-1', 0)).toBe(1_000)
  })

  test('is not idle while a request is on its way', () => {
    const circuit = new Circuit(RULES)
    const passage = circuit.enter('a')
    expect(circuit.isIdle).toBe(false)
    passage.end('nothing', 0)
    expect(circuit.isIdle).toBe(true)
  })
})
