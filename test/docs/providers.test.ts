import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeKnownProvider, knownProviders, type ProviderDescription } from 'evergrant/providers'
import { expect, test } from 'vitest'
import { projectDirectory } from '../support/project.ts'

const INTRODUCTION = `# Providers that Evergrant knows

Made from the code by \`npm run providers\`; [the guide](guide/providers.md) says how they are used. What stands here was
read in the provider's own pages or code, or in a place that tells of them; what was only recalled is left out. The
sources are in the doc comments of \`src/providers/catalogue\`. What is not known is not guessed: the profile has the
careful default, and yours can say more. \`evergrant providers google\` prints the same at the command line.

"After a lost answer" is what Evergrant does when nobody knows whether a refresh token was spent:
[rotation](guide/providers.md#rotation).
`

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function sectionOf({ name, title, facts, unknown, notes }: ProviderDescription): string {
  return [
    `## ${name}`,
    '',
    `${title}.`,
    '',
    '| | |',
    '|---|---|',
    ...facts.map(({ about, is }) => `| ${about} | \`${cell(is)}\` |`),
    ...(unknown.length === 0 ? [] : ['', `Not known: ${unknown.join(', ')}.`]),
    ...(notes.length === 0 ? [] : ['', ...notes.map(note => `- ${note}`)]),
    '',
  ].join('\n')
}

test('the page of providers is what the code says', async () => {
  const sections: string[] = []
  for (const name of knownProviders) {
    const description = await describeKnownProvider(name)
    if (description !== null) sections.push(sectionOf(description))
  }
  expect(sections).toHaveLength(knownProviders.length)
  const page = `${INTRODUCTION}\n${sections.join('\n')}`
  const path = join(projectDirectory, 'docs/providers.md')
  if (process.env.UPDATE_PROVIDERS === '1') writeFileSync(path, page)
  expect(readFileSync(path, 'utf8')).toBe(page)
})
