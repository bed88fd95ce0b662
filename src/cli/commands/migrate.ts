import { migrate as migrateDatabase } from 'evergrant/admin'
import { EXIT } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../visible-text.ts'

/** Makes the tables, or brings them up to date. */
export async function migrate({ schema, output }: Invocation): Promise<number> {
  const { database, applied } = await migrateDatabase({ schema })
  const where = visible(schema === undefined ? database.name : `${database.name}, schema ${schema}`)
  output.report({ database, schema: schema ?? null, applied }, [
    applied.length === 0 ? `The tables are current: ${where}` : `Migrated ${where}: ${applied.join(', ')}`,
  ])
  return EXIT.done
}
