import { join } from 'node:path'
import type { ModeDefinition } from '../mode.ts'
import { policy } from '../plan.ts'
import { sqliteRecords } from '../sqlite-records.ts'
import { killing } from './kill.ts'

/** `kill -9` of processes that share one SQLite file. */
export const sqlite: ModeDefinition = {
  cycles: {
    short: { static: 10, window: 10, strict: 20 },
    full: { static: 200, window: 200, strict: 300 },
  },
  promises: { losesNothing: false, failsNobody: false },
  objections: ({ served: { errors } }) => {
    const locked = errors.filter(({ code }) => code === 'STORE_UNAVAILABLE').length
    return locked === 0 ? [] : [`${locked} calls failed because others held the file`]
  },
  open: async ({ folder }) => {
    const path = join(folder, 'tokens.db')
    return {
      database: `file:${path}`,
      records: sqliteRecords(path),
      // Where a busy disk takes seconds for a write, the others wait that long for their turn.
      backEnds: { open: { policy: { ...policy, storeTimeoutMs: 20_000 } } },
      disturb: killing,
    }
  },
}
