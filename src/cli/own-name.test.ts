import { expect, test } from 'vitest'
import { ownName, quoted } from './own-name.ts'

test.each([
  ['/usr/local/bin/evergrant', 'evergrant'],
  ['/app/node_modules/.bin/evergrant', 'npx evergrant'],
  ['/app/dist/cli/main.js', 'node dist/cli/main.js'],
  ['/elsewhere/dist/cli/main.js', 'node /elsewhere/dist/cli/main.js'],
  ['/app/my tools/main.js', "node 'my tools/main.js'"],
])('called as %s in /app, it is typed as %s', (program, name) => {
  expect(ownName(program, '/app')).toBe(name)
})

test('a word with an apostrophe is quoted so that a shell reads it back', () => {
  expect(quoted("it's here")).toBe("'it'\\''s here'")
})
