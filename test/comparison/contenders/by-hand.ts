import { CUSTOMER, type OpenContender } from '../contender.ts'
import { createTable, insertExpired, type Row, refreshed, storedIn, update } from './own-table.ts'

/** The loop that people write first: read the row; when the token has expired, refresh it and update the row. */
export const open: OpenContender = async (place, pool) => {
  await createTable(pool)
  return {
    connect: granted => insertExpired(pool, granted),
    getAccessToken: async () => {
      const { rows } = await pool.query<Row>('select * from tokens where customer = $1', [CUSTOMER])
      const [row] = rows
      if (row === undefined) throw new Error('not connected')
      if (row.token_expiry > new Date()) return row.access_token
      const next = await refreshed(place, row)
      await update(pool, next)
      return next.access_token
    },
    storedRefreshToken: () => storedIn(pool),
    close: async () => {},
  }
}
