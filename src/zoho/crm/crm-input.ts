import { InvalidInputError } from 'evergrant'

/** The API name of a module, a field or a related list. @throws InvalidInputError it can be none */
export function parseApiName(value: unknown, what: string): string {
  if (typeof value === 'string' && /^[A-Za-z]\w{0,99}$/.test(value)) return value
  throw new InvalidInputError(
    `A ${what} is named by its API name in Zoho: letters, digits and _, like Last_Name.`,
  )
}

/** The id of a record. @throws InvalidInputError it is a number, or no id */
export function parseId(value: unknown): string {
  if (typeof value === 'string' && /^\d{1,30}$/.test(value)) return value
  const hint =
    typeof value === 'number' || typeof value === 'bigint' ? ' A number has lost its last digits.' : ''
  throw new InvalidInputError(`An id of Zoho is a text of digits, as Zoho gave it.${hint}`)
}

const MOST_FIELDS = 50

/** The `fields` of a call: at most 50. @throws InvalidInputError */
export function parseFields(fields: readonly string[]): string {
  if (!Array.isArray(fields) || fields.length === 0 || fields.length > MOST_FIELDS) {
    throw new InvalidInputError(`The fields of a call are 1 to ${MOST_FIELDS} API names; Zoho takes no more.`)
  }
  return fields.map(field => parseFieldName(field)).join(',')
}

/** A field: system fields begin with $, those of a lookup are behind a dot. @throws InvalidInputError */
export function parseFieldName(value: unknown): string {
  if (typeof value === 'string' && /^\$?[A-Za-z_]\w{0,99}(?:\.\w{1,100}){0,3}$/.test(value)) return value
  throw new InvalidInputError(
    'A field is named by its API name in Zoho: letters, digits and _, like Last_Name.',
  )
}

/** Records to write. @throws InvalidInputError they are no list of objects, or one has an id that is a number */
export function parseRecords(records: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(records)) throw new InvalidInputError('Records are given as a list of objects.')
  for (const record of records) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new InvalidInputError('A record is an object of fields, by their API names.')
    }
    if ('id' in record && record.id !== undefined) parseId(record.id)
  }
  return records
}

/** A point in time as Zoho wants it: without milliseconds. @throws InvalidInputError it is no date */
export function zohoTime(date: Date): string {
  if (date instanceof Date && !Number.isNaN(date.getTime())) return `${date.toISOString().slice(0, 19)}+00:00`
  throw new InvalidInputError('A point in time is given as a Date that is one.')
}
