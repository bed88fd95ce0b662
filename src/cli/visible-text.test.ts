import fc from 'fast-check'
import { expect, test } from 'vitest'
import { visible, visibleJson } from './visible-text.ts'

test('what moves the cursor, ends the line or turns the direction is printed as its escape', () => {
  expect(visible('a\u001b[2Jb\r\nc\u2028d\u202ee')).toBe('a\\u001b[2Jb\\u000d\\u000ac\\u2028d\\u202ee')
})

test('ordinary text stays as it is, in any script', () => {
  expect(visible('smart-tax-nation · Grüße · 东京 · ✓')).toBe('smart-tax-nation · Grüße · 东京 · ✓')
})

test('whatever the text is, it takes one line and no control character reaches the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    }),
  )
})

test('escaped JSON still says the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const json = visibleJson(JSON.stringify({ text }, null, 2))
      expect(JSON.parse(json)).toEqual({ text })
      expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }),
  )
})
