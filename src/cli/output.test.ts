import { describe, expect, test } from 'vitest'
import { captureOutput } from '../../test/support/captured-output.ts'

const ESCAPE = '\u001b'

describe('colour', () => {
  test('is there on a terminal', () => {
    const { output } = captureOutput({ terminal: true })
    expect(output.paint('green', 'active')).toBe(`${ESCAPE}[32mactive${ESCAPE}[39m`)
  })

  test('is not there without a terminal, nor with NO_COLOR', () => {
    expect(captureOutput().output.paint('green', 'active')).toBe('active')
    expect(captureOutput({ terminal: true, noColor: true }).output.paint('green', 'active')).toBe('active')
  })
})

describe('progress', () => {
  test('is shown on a terminal, on standard error, until the next line', () => {
    const { output, stdout, stderr } = captureOutput({ terminal: true })
    output.progress('half')
    output.line('done')
    expect(stderr()).toBe(`\r${ESCAPE}[2Khalf\r${ESCAPE}[2K`)
    expect(stdout()).toBe('done\n')
  })

  test('is not shown without a terminal, nor beside JSON', () => {
    for (const options of [{}, { terminal: true, json: true }]) {
      const { output, stderr } = captureOutput(options)
      output.progress('half')
      output.hint('put it away')
      expect(stderr()).toBe('')
    }
  })
})

test('a report is the lines for people, or one document for programs', () => {
  const people = captureOutput()
  people.output.report({ deleted: true }, ['Deleted.', 'Really.'])
  expect(people.stdout()).toBe('Deleted.\nReally.\n')
  const programs = captureOutput({ json: true })
  programs.output.report({ deleted: true }, ['Deleted.'])
  expect(JSON.parse(programs.stdout())).toEqual({ deleted: true })
})

describe('long text', () => {
  const text =
    'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'

  test('is wrapped at the width of the terminal', () => {
    const { output, stderr } = captureOutput({ terminal: true, columns: 50 })
    output.hint(text)
    output.complain([`      ${text}`], '      ')
    const lines = stderr().trimEnd().split('\n')
    expect(lines.map(line => line.length <= 50)).toEqual([true, true, true, true, true])
    expect(lines[3]).toMatch(/^ {6}\w/)
  })

  test('is wrapped at 80 columns where the width is not known', () => {
    const { output, stderr } = captureOutput()
    output.complain([text])
    expect(stderr()).toBe(text.replace(' fifteen', '\nfifteen').concat('\n'))
    const silent = captureOutput({ terminal: true, columns: 0 })
    silent.output.hint(text)
    expect(silent.stderr()).toBe(stderr())
  })
})
