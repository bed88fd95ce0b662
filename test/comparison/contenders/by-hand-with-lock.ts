import { CUSTOMER, type OpenContender } from '../contender.ts'
import { createTable, insertExpired, type Row, refreshed, storedIn, update } from './own-table.ts'

/** The loop by hand in one transaction that locks the row: the request to the provider is made inside it. */
export const open: OpenContender = async (place, pool) => {
  await createTable(pool)
  return {
    connect: granted => insertExpired(pool, granted),
    getAccessToken: async () => {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const { rows } = await client.query<Row>('select * from tokens where customer = $1 for update', [
          CUSTOMER,
        ])
        const [row] = rows
        if (row === undefined) throw new Error('not connected')
        if (row.token_expiry > new Date()) {
          await client.query('commit')
          return row.access_token
        }
        const next = await refreshed(place, row)
        await update(client, next)
        await client.query('commit')
        return next.access_token
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
    storedRefreshToken: () => storedIn(pool),
    close: async () => {},
  }
}
