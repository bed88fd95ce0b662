import type { Answer } from '../../answer.ts'
import { invalidData, refusal } from '../answers.ts'
import type { CrmField } from '../fields.ts'
import { own } from '../json-objects.ts'
import type { CrmState } from '../state.ts'
import { callbackOf, idField, invalidCallback } from './bulk-read-request.ts'

const operations = ['insert', 'update', 'upsert'] as const

/** A column of the file, and the field that it is for. */
export interface FieldMapping {
  readonly field: Pick<CrmField, 'api_name' | 'data_type'>
  readonly index: number
  /** As it was sent. */
  readonly sent: unknown
}

/** What a bulk write was asked for. */
export interface BulkWriteRequest {
  readonly operation: (typeof operations)[number]
  readonly module: string
  readonly fileId: string
  readonly ignoreEmpty: boolean
  /** By which field the record to update is found. Null: none is. */
  readonly findBy: string | null
  readonly mappings: readonly FieldMapping[]
  readonly callback: URL | null
  readonly sentCallback: unknown
}

/** Reads the body of `POST /crm/bulk/v8/write`, or gives the answer that refuses it. */
export function parseBulkWrite(state: CrmState, body: unknown): BulkWriteRequest | Answer {
  const operation = operations.find(known => known === own(body, 'operation'))
  if (operation === undefined)
    return invalidData({ api_name: 'operation', json_path: '$.operation', supported_values: operations })
  const resources = own(body, 'resource')
  if (resources === undefined) return missing('resource', '$.resource')
  if (!Array.isArray(resources) || resources.length !== 1)
    return invalidData({ api_name: 'resource', json_path: '$.resource', maximum_length: 1 })
  const [resource] = resources as unknown[]
  const path = '$.resource[0]'
  if (own(resource, 'type') !== 'data')
    return invalidData({ api_name: 'type', json_path: `${path}.type`, supported_values: ['data'] })
  const module = own(own(resource, 'module'), 'api_name')
  if (typeof module !== 'string' || !state.modules.has(module))
    return refusal(400, 'INVALID_MODULE', 'the module name given seems to be invalid', {
      json_path: `${path}.module`,
    })
  const fileId = own(resource, 'file_id')
  if (typeof fileId !== 'string') return missing('file_id', `${path}.file_id`)
  const mappings = parseMappings(state, module, own(resource, 'field_mappings'), `${path}.field_mappings`)
  if ('status' in mappings) return mappings
  const findBy = own(resource, 'find_by') ?? null
  const known = findBy === 'id' || (typeof findBy === 'string' && state.fieldsOf(module).has(findBy))
  if (operation !== 'insert' && findBy === null) return missing('find_by', `${path}.find_by`)
  if ((findBy !== null && !known) || (findBy !== null && typeof findBy !== 'string'))
    return invalidData({ api_name: 'find_by', json_path: `${path}.find_by` })
  const callback = callbackOf(body)
  if (callback === null) return invalidCallback()
  return {
    ...{ operation, module, fileId, findBy, mappings },
    ignoreEmpty: own(resource, 'ignore_empty') === true,
    callback: callback ?? null,
    sentCallback: own(body, 'callback') ?? null,
  }
}

function missing(api_name: string, json_path: string): Answer {
  return refusal(400, 'MANDATORY_NOT_FOUND', 'required field not found', { api_name, json_path })
}

function parseMappings(
  state: CrmState,
  module: string,
  sent: unknown,
  path: string,
): readonly FieldMapping[] | Answer {
  if (sent === undefined) return missing('field_mappings', path)
  const invalid = (at: string): Answer => invalidData({ api_name: 'field_mappings', json_path: at })
  if (!Array.isArray(sent) || sent.length === 0) return invalid(path)
  const fields = state.fieldsOf(module)
  const mappings: FieldMapping[] = []
  for (const [position, mapping] of sent.entries()) {
    const name = own(mapping, 'api_name')
    const index = own(mapping, 'index')
    const field =
      typeof name === 'string' ? (fields.get(name) ?? (name === 'id' ? idOfRecord : undefined)) : undefined
    const isIndex = typeof index === 'number' && Number.isSafeInteger(index) && index >= 0
    if (field === undefined || !isIndex) return invalid(`${path}[${position}]`)
    if (mappings.some(other => other.field.api_name === field.api_name))
      return invalid(`${path}[${position}]`)
    mappings.push({ field, index, sent: mapping })
  }
  return mappings
}

const idOfRecord: FieldMapping['field'] = { api_name: idField.api_name, data_type: 'bigint' }
