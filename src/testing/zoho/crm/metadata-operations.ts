import { type Answer, jsonAnswer } from '../answer.ts'
import { invalidModule } from './addressed-record.ts'
import { invalidData, missingParam, noContent, notModified } from './answers.ts'
import type { CrmCall, CrmOperation } from './call.ts'
import { conditionOf, isAnswer } from './conditions.ts'
import type { CrmModule } from './fields.ts'
import {
  customViewMetadata,
  fieldId,
  fieldMetadata,
  layoutMetadata,
  moduleMetadata,
  relatedListMetadata,
} from './metadata.ts'
import type { CrmState } from './state.ts'

function settingsScope(area: string): CrmOperation['scopes'] {
  return () => [`ZohoCRM.settings.${area}.READ`]
}

/** What the CRM tells of itself: modules, fields, layouts, views, lists. */
export const metadataOperations: readonly CrmOperation[] = [
  {
    ...{ method: 'GET', path: '/crm/v8/settings/modules', scopes: settingsScope('modules') },
    answer: listModules,
  },
  {
    ...{ method: 'GET', path: '/crm/v8/settings/modules/:name', scopes: settingsScope('modules') },
    answer: ({ state, params }) => {
      const module = findModule(state, params.name ?? '')
      if (module === null) return invalidModule({ resource_path_index: 0 })
      return jsonAnswer({ modules: [moduleMetadata(state, module)] })
    },
  },
  ...describing('fields', 'fields', listFields),
  ...describing('layouts', 'layouts', ({ state }, module) => [layoutMetadata(state, module)]),
  ...describing('custom_views', 'custom_views', ({ state }, module) => customViewMetadata(state, module)),
  ...describing('related_lists', 'related_lists', ({ state }, module) => relatedListMetadata(state, module)),
]

/** A list of what a module has, by `?module=`, and one of it by its id. */
function describing(
  area: string,
  envelope: string,
  rowsOf: (call: CrmCall, module: CrmModule) => readonly object[],
): readonly CrmOperation[] {
  const path = `/crm/v8/settings/${area}`
  const scopes = settingsScope(area)
  return [
    {
      ...{ method: 'GET', path, scopes },
      answer: ofModule((call, module) => {
        const rows = rowsOf(call, module)
        return rows.length === 0 ? noContent : jsonAnswer({ [envelope]: rows })
      }),
    },
    {
      ...{ method: 'GET', path: `${path}/:id`, scopes },
      answer: ofModule((call, module) => {
        const row = rowsOf(call, module).find(found => 'id' in found && found.id === call.params.id)
        if (row === undefined) return invalidData({ id: call.params.id }, 'the id given seems to be invalid')
        return jsonAnswer({ [envelope]: [row] })
      }),
    },
  ]
}

function ofModule(answer: (call: CrmCall, module: CrmModule) => Answer): CrmOperation['answer'] {
  return call => {
    const name = call.query.get('module')
    if (name === null || name === '') return missingParam('module')
    const module = call.state.modules.get(name)
    return module === undefined ? invalidModule({ param_name: 'module' }) : answer(call, module)
  }
}

/** Nothing of the schema ever changes here, but by the settings. */
function listModules(call: CrmCall): Answer {
  const since = conditionOf(call, 'If-Modified-Since')
  if (isAnswer(since)) return since
  if (since !== null) return notModified
  const { state } = call
  return jsonAnswer({ modules: [...state.modules.values()].map(module => moduleMetadata(state, module)) })
}

/** By its API name or its id. */
function findModule(state: CrmState, name: string): CrmModule | null {
  const modules = [...state.modules.values()]
  return modules.find(({ api_name }) => api_name === name || state.moduleId(api_name) === name) ?? null
}

/** `type`: every field is in use here. */
function listFields({ state, query }: CrmCall, module: CrmModule): readonly object[] {
  if (query.get('type') === 'unused') return []
  const include = query.get('include')
  const rows = module.fields.map((field, index) => fieldMetadata(state, module, field, index))
  if (include === null) return rows
  return rows.filter((_, index) => {
    const { api_name = '' } = module.fields[index] ?? {}
    return include.split(',').some(name => name === api_name || name === fieldId(state, module, api_name))
  })
}
