import { OAuthTokenService } from 'evergrant'
import { afterAll, expect, test, vi } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { userProject } from '../support/user-project.ts'
import { Walk } from './walk.ts'

/*
 * The guide of the keys, followed literally by somebody who has 12 customers, with a service that stands for the
 * deployed processes: it is opened anew with what the guide says to deploy.
 */
vi.setConfig({ testTimeout: 120_000 })

const user = userProject()
const database = await freshDatabase()
const open: OAuthTokenService[] = []
afterAll(() => Promise.all(open.map(tokens => tokens.close())))

/** What differs from run to run: the ids of the keys, by their place in the guide, and the columns' widths. */
function settledKeys(text: string): string {
  const ids = new Map<string, string>()
  return text
    .replaceAll(/\bk\d{8}-[0-9a-f]{6}\b/g, id => {
      if (!ids.has(id)) ids.set(id, `key-${ids.size + 1}`)
      return ids.get(id) ?? ''
    })
    .trimEnd()
}

test('the guide of the keys: followed step by step, nothing is lost and nothing stops', async () => {
  const walk = new Walk('keys.md', {
    directory: user.folder('keys'),
    environment: { ...user.environment, DATABASE_URL: database.url },
    replacements: {},
  })
  const shown: string[] = []
  const deployed: string[] = []
  for await (const step of walk.steps()) {
    const keys = walk.variable('EVERGRANT_ENCRYPTION_KEYS')
    if (keys !== undefined && deployed.at(-1) !== keys) {
      deployed.push(keys)
      const tokens = await OAuthTokenService.open({ database: database.url, encryptionKeys: keys })
      open.push(tokens)
      // Before the key is changed there are customers; whatever was deployed last reads what anybody wrote.
      if (deployed.length === 1) {
        for (let customer = 1; customer <= 12; customer += 1) {
          await tokens.storeTokens(`customer-${customer}`, 'zoho_crm', {
            accessToken: 'at',
            refreshToken: 'rt',
          })
        }
      }
      const records = await Promise.all(
        Array.from({ length: 12 }, (_, index) => tokens.getTokenRecord(`customer-${index + 1}`, 'zoho_crm')),
      )
      expect(records.map(record => record?.refreshToken?.reveal())).toEqual(Array(12).fill('rt'))
    }
    if (step.kind === 'shown' && step.printed !== null) {
      shown.push(step.shown)
      expect(settledKeys(step.printed)).toBe(settledKeys(step.shown))
    }
  }
  expect(shown).toHaveLength(2)
  expect(deployed.map(keys => keys.split(',').length)).toEqual([1, 2, 2, 1])
  expect(deployed.at(-1)).not.toBe(deployed[0])
})
