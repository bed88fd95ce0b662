import { customViewsOf } from './custom-views.ts'
import { type CrmDataType, type CrmField, type CrmModule, lengthOf } from './fields.ts'
import { relatedListsOf } from './related-lists.ts'
import type { CrmState } from './state.ts'

const jsonTypes: Partial<Readonly<Record<CrmDataType, string>>> = {
  integer: 'integer',
  double: 'double',
  currency: 'double',
  percent: 'double',
  boolean: 'boolean',
  multiselectpicklist: 'jsonarray',
  ownerlookup: 'jsonobject',
  userlookup: 'jsonobject',
  lookup: 'jsonobject',
  multi_module_lookup: 'jsonobject',
}

/** A module as `GET /settings/modules` describes it. */
export function moduleMetadata(state: CrmState, module: CrmModule): object {
  const { api_name, singular, plural, custom, fields, display } = module
  return {
    ...{ api_name, id: state.moduleId(api_name), module_name: plural },
    ...{ singular_label: singular, plural_label: plural, generated_type: custom ? 'custom' : 'default' },
    ...{ api_supported: true, creatable: true, editable: true, deletable: true, viewable: true },
    ...{ visible: true, visibility: 1, show_as_tab: api_name !== 'Notes', status: 'visible' },
    sequence_number: [...state.modules.keys()].indexOf(api_name) + 1,
    profiles: [{ name: 'Administrator', id: state.ids.of('profile') }],
    parent_module: {},
    // The schema is as old as the organization; its settings count as part of it.
    ...{ modified_time: null, modified_by: null },
    ...{ quick_create: true, convertable: api_name === 'Leads', global_search_supported: true },
    ...{ feeds_required: false, scoring_supported: !custom, webform_supported: true, filter_supported: true },
    ...{ arguments: [], presence_sub_menu: false, triggers_supported: true, emailTemplate_support: true },
    display_field: fields.some(({ api_name: name }) => name === display) ? display : null,
  }
}

/** A field as `GET /settings/fields` describes it. */
export function fieldMetadata(state: CrmState, module: CrmModule, field: CrmField, position: number): object {
  const { api_name, data_type, read_only = false, unique = false, external = false } = field
  const label = field.label ?? api_name.replaceAll('_', ' ')
  const writable = !read_only
  return {
    ...{ id: fieldId(state, module, api_name), api_name, field_label: label, display_label: label },
    ...{ data_type, json_type: jsonTypes[data_type] ?? 'string', length: lengthOf(field) },
    ...{ system_mandatory: field.system_mandatory ?? false, read_only, field_read_only: read_only },
    ...{ custom_field: isCustom(state, module, api_name), visible: true, searchable: true, sortable: true },
    ...{
      filterable: true,
      virtual_field: false,
      webhook: true,
      mass_update: writable,
      blueprint_supported: true,
    },
    unique: unique ? { casesensitive: 'false' } : {},
    external: external ? { type: 'org', show: true } : null,
    pick_list_values: (field.pick_list_values ?? []).map((value, index) => ({
      ...{ id: state.ids.of(`value ${module.api_name}.${api_name}.${value}`), actual_value: value },
      ...{ display_value: value, sequence_number: index + 1, type: 'used', reference_value: value },
    })),
    ...lookupMetadata(state, field),
    operation_type: {
      api_create: writable,
      api_update: writable,
      web_create: writable,
      web_update: writable,
    },
    view_type: { view: true, edit: writable, create: writable, quick_create: false },
    decimal_place: data_type === 'currency' || data_type === 'double' ? 2 : null,
    ...{ default_value: null, created_source: 'default', display_type: -1, ui_type: 1, show_type: 7 },
    ...{ category: 0, tooltip: null, crypt: null, formula: {}, currency: {}, auto_number: {}, subform: null },
    ...{ quick_sequence_number: null, sequence_number: position + 1, history_tracking: null, private: null },
  }
}

export function fieldId(state: CrmState, { api_name }: CrmModule, field: string): string {
  return state.ids.of(`field ${api_name}.${field}`)
}

/** A list under records as `GET /settings/related_lists` describes it. */
export function relatedListMetadata(state: CrmState, module: CrmModule): readonly object[] {
  return relatedListsOf(state, module).map(({ api_name, module: other }, index) => {
    const label = api_name.replaceAll('_', ' ')
    return {
      ...{ id: state.ids.of(`list ${module.api_name}.${api_name}`), api_name, name: label },
      ...{ display_label: label, href: `${module.api_name}/{ENTITYID}/${api_name}`, status: 'visible' },
      module: { api_name: other, id: state.moduleId(other) },
      ...{ type: 'default', action: null, sequence_number: String(index + 1), visible: true },
      ...{ connectedmodule: null, linkingmodule: null },
    }
  })
}

/** The one layout of a module, with all its fields in one section. */
export function layoutMetadata(state: CrmState, module: CrmModule): object {
  const { api_name, singular } = module
  return {
    ...{
      id: state.ids.of(`layout ${api_name}`),
      name: 'Standard',
      api_name: 'Standard',
      display_label: 'Standard',
    },
    ...{
      visible: true,
      status: 'active',
      generated_type: 'system',
      source: 'default',
      has_more_profiles: false,
    },
    ...{ created_time: null, created_by: null, modified_time: null, modified_by: null },
    profiles: [{ name: 'Administrator', id: state.ids.of('profile'), default: true }],
    sections: [
      {
        ...{ id: state.ids.of(`section ${api_name}`), api_name: `${api_name}_Information` },
        ...{ name: `${singular} Information`, display_label: `${singular} Information` },
        ...{ sequence_number: 1, column_count: 2, tab_traversal: 2, issubformsection: false, type: 'used' },
        fields: module.fields.map((field, index) => ({
          ...{ id: fieldId(state, module, field.api_name), api_name: field.api_name },
          ...{
            data_type: field.data_type,
            required: field.system_mandatory ?? false,
            sequence_number: index + 1,
          },
        })),
      },
    ],
  }
}

/** The views of a module. */
export function customViewMetadata(state: CrmState, module: CrmModule): readonly object[] {
  return customViewsOf(state, module).map(({ id, name, system_name }) => ({
    ...{ id, name, display_value: name, system_name, system_defined: true, default: true, favorite: null },
    ...{ category: 'public_views', access_type: 'public', locked: false, shared_to: null, criteria: null },
    ...{ sort_by: null, sort_order: null, created_by: null, modified_by: null, modified_time: null },
    module: { api_name: module.api_name, id: state.moduleId(module.api_name) },
    fields: module.fields.slice(0, 50).map(({ api_name }) => ({
      ...{ api_name, id: fieldId(state, module, api_name), _pin: false },
    })),
  }))
}

function isCustom(state: CrmState, { api_name, custom }: CrmModule, field: string): boolean {
  if (custom) return true
  return (state.settings.customFields[api_name] ?? []).some(({ api_name: name }) => name === field)
}

function lookupMetadata(state: CrmState, { data_type, module, api_name }: CrmField): object {
  if (data_type !== 'lookup' || module === undefined) return { lookup: {} }
  const label = state.modules.get(module)?.plural ?? module
  return {
    lookup: {
      ...{ api_name, display_label: label, id: state.ids.of(`lookup ${api_name} ${module}`) },
      module: { api_name: module, id: state.moduleId(module) },
    },
  }
}
