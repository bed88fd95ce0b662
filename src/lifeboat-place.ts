import type { DatabaseChoice } from './database.ts'
import type { Environment } from './environment.ts'

/**
 * The directory of the lifeboat: the one that was named, else beside a SQLite file, else in `EVERGRANT_DATA_DIR`
 * where that is set. Null: turned off, or there is no private directory that anybody has named.
 */
export function lifeboatPlace(
  option: string | false | undefined,
  choice: DatabaseChoice,
  { dataDirectory, dataDirectoryNamed }: Environment,
): string | null {
  if (option !== undefined) return option === false ? null : option
  switch (choice.kind) {
    case 'memory':
      return null
    case 'sqlite':
      return `${choice.path}.lifeboat`
    case 'postgres':
      return dataDirectoryNamed ? `${dataDirectory}/lifeboat` : null
  }
}
