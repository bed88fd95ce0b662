import type { Answer } from '../answer.ts'
import { invalidData, refusal } from './answers.ts'
import { isObject, own } from './json-objects.ts'

const MOST_RECORDS = 100

const triggers = ['workflow', 'approval', 'blueprint', 'pathfinder', 'orchestration']
const features = [
  ...['layout_rules', 'range_validation', 'assignment_rules', 'function_validation_rule'],
  ...['criteria_validation_rule', 'global_map_dependency', 'territory_subordinates'],
]

/** The records of a write, or the answer that refuses the whole body. */
export type WriteBody =
  | { readonly kind: 'records'; readonly records: readonly unknown[] }
  | { readonly kind: 'refused'; readonly answer: Answer }

/** Reads `{ "data": [ … ], "trigger": [ … ], "apply_feature_execution": [ … ] }`: 1 to 100 records. */
export function parseWriteBody(body: unknown): WriteBody {
  const refused = (answer: Answer): WriteBody => ({ kind: 'refused', answer })
  if (!isObject(body)) return refused(invalidData({ expected_data_type: 'jsonobject' }))
  const place = { api_name: 'data', json_path: '$.data' }
  const records = own(body, 'data')
  if (records === undefined)
    return refused(refusal(400, 'MANDATORY_NOT_FOUND', 'required field not found', place))
  if (!Array.isArray(records)) return refused(invalidData({ expected_data_type: 'jsonarray', ...place }))
  if (records.length === 0) return refused(invalidData({ minimum_length: 1, ...place }))
  if (records.length > MOST_RECORDS) {
    const message = 'count of records in your request exceeds the limit'
    return refused(refusal(400, 'LIMIT_EXCEEDED', message, { maximum_length: MOST_RECORDS, ...place }))
  }
  const objection = objectionToTriggers(own(body, 'trigger')) ?? objectionToFeatures(body)
  return objection === null ? { kind: 'records', records } : refused(objection)
}

/** How many records a body asks to write: what its credits are counted by. More than pass are refused, and cost no more. */
export function recordCountOf(body: unknown): number {
  const records = own(body, 'data')
  return Array.isArray(records) ? Math.min(records.length, MOST_RECORDS) : 0
}

function objectionToTriggers(sent: unknown): Answer | null {
  if (sent === undefined || sent === null) return null
  const place = { api_name: 'trigger', json_path: '$.trigger' }
  if (!Array.isArray(sent)) return invalidData({ expected_data_type: 'jsonarray', ...place })
  const unknown = sent.findIndex(name => !triggers.includes(name))
  if (unknown === -1) return null
  return invalidData({ ...place, json_path: `$.trigger[${unknown}]`, supported_values: triggers })
}

function objectionToFeatures(body: object): Answer | null {
  const sent = own(body, 'apply_feature_execution')
  if (sent === undefined || sent === null) return null
  const place = { api_name: 'apply_feature_execution', json_path: '$.apply_feature_execution' }
  if (!Array.isArray(sent)) return invalidData({ expected_data_type: 'jsonarray', ...place })
  const unknown = sent.findIndex(feature => !features.some(name => name === own(feature, 'name')))
  if (unknown === -1) return null
  const path = `$.apply_feature_execution[${unknown}].name`
  return invalidData({ api_name: 'name', json_path: path, supported_values: features })
}
