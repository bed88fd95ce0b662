import { join } from 'node:path'
import type { ModeDefinition } from '../mode.ts'
import { sqliteRecords } from '../sqlite-records.ts'
import { killing } from './kill.ts'

/** `kill -9` of processes that share one SQLite file. */
export const sqlite: ModeDefinition = {
  cycles: {
    short: { static: 10, window: 10, strict: 20 },
    full: { static: 200, window: 200, strict: 300 },
  },
  promises: { losesNothing: false, failsNobody: false },
  // A few do where the machine is so busy that a write takes seconds; many, where nobody waits for his turn.
  objections: ({ served: { calls, errors } }) => {
    const locked = errors.filter(({ code }) => code === 'STORE_UNAVAILABLE').length
    return locked <= calls / 100 ? [] : [`${locked} of ${calls} calls failed because others held the file`]
  },
  open: async ({ folder }) => {
    const path = join(folder, 'tokens.db')
    return { database: `file:${path}`, records: sqliteRecords(path), disturb: killing }
  },
}
