import type { ZohoRequests } from '../request/zoho-requests.ts'
import type { AnswerObject } from './answers.ts'
import { parseApiName, parseFields, parseId } from './crm-input.ts'
import { parsePerPage } from './list.ts'
import { rowsOf } from './pages.ts'

/** A note to add. */
export interface ZohoNoteInput {
  /** May be absent. */
  readonly title?: string | undefined
  /** The text. */
  readonly content: string
}

/** The records that hang on a record. */
export interface RelatedOptions {
  /** The fields to read, 1 to 50. */
  readonly fields: readonly string[]
  /** Records a page, 1 to 200. Default 200. */
  readonly perPage?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const NOTE_FIELDS = [
  'Note_Title',
  'Note_Content',
  'Parent_Id',
  'Owner',
  'Created_Time',
  'Modified_Time',
  'Created_By',
]

/** The rows of `GET /{Module}/{id}/{RelatedList}`. @throws InvalidInputError an argument */
export function relatedRows(
  requests: ZohoRequests,
  { module, id, list }: { readonly module: string; readonly id: string; readonly list: string },
  options: RelatedOptions,
): AsyncGenerator<AnswerObject> {
  const [name, related] = [parseApiName(module, 'module'), parseApiName(list, 'related list')]
  const scopes = [`ZohoCRM.modules.${name}.READ`]
  if (related === 'Notes') scopes.push('ZohoCRM.modules.notes.READ')
  return rowsOf(requests, {
    path: [name, parseId(id), related],
    query: { fields: parseFields(options.fields), per_page: parsePerPage(options.perPage) },
    scopes,
    signal: options.signal,
  })
}

/** The notes of a record, with all that is in them. @throws InvalidInputError an argument */
export function noteRows(
  requests: ZohoRequests,
  module: string,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<AnswerObject> {
  return relatedRows(requests, { module, id, list: 'Notes' }, { fields: NOTE_FIELDS, signal })
}

/** A note as a record of the module `Notes`. @throws InvalidInputError an argument */
export function noteRecord(
  module: string,
  id: string,
  { title, content }: ZohoNoteInput,
): Readonly<Record<string, unknown>> {
  const parent = { module: { api_name: parseApiName(module, 'module') }, id: parseId(id) }
  return { Note_Title: title, Note_Content: content, Parent_Id: parent }
}
