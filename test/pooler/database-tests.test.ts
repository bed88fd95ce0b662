import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { databaseTests } from './database-tests.ts'

test('the tests that run behind the pooler are those that reach a server, by whatever way', () => {
  const found = databaseTests()
  expect(found).toContain('test/integration/store-postgres.test.ts')
  expect(found, 'by way of test/support/services.ts').toContain('test/integration/service.test.ts')
  expect(found).not.toContain('test/architecture.test.ts')
  expect(found).not.toContain('test/protocol/races.test.ts')
})

test('what the product is given leads to PgBouncer, in transaction mode', async () => {
  const url = Object.assign(new URL(inject('productUrl')), { pathname: '/pgbouncer' })
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  const { rows } = await client.query('show config')
  await client.end()
  const modes = rows.filter(({ key }) => key === 'pool_mode' || key === 'default_pool_size')
  expect(modes.map(({ value }) => value).sort()).toEqual(['2', 'transaction'])
})
