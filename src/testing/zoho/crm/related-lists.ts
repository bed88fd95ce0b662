import type { CrmModule } from './fields.ts'
import { own } from './json-objects.ts'
import type { CrmRecord } from './record-store.ts'
import type { CrmState } from './state.ts'

/** What stands under a record: records of another module that name it, or that are linked with it. */
export interface RelatedList {
  /** As the path has it. */
  readonly api_name: string
  /** The module of its records. */
  readonly module: string
  /** The fields of those that name the record; null: they are linked from both sides. */
  readonly fields: readonly string[] | null
}

/** Which modules can be linked, and what the list is called on the side of each. */
const links: readonly (readonly [one: string, other: string, otherInOne: string])[] = [
  ...['Leads', 'Contacts', 'Accounts', 'Deals'].map(module => [module, 'Products', 'Products'] as const),
  ...['Leads', 'Contacts'].map(module => [module, 'Campaigns', 'Campaigns'] as const),
  ['Deals', 'Contacts', 'Contact_Roles'],
]

/** The lists of a module, notes first. */
export function relatedListsOf(state: CrmState, { api_name: target }: CrmModule): readonly RelatedList[] {
  if (target === 'Notes') return []
  const named = [...state.modules.values()].flatMap(({ api_name, fields }): RelatedList[] => {
    const names = fields
      .filter(({ data_type, module }) => {
        return data_type === 'multi_module_lookup' || (data_type === 'lookup' && module === target)
      })
      .map(field => field.api_name)
    // A module that names itself has no list of its own: its children are found by a search.
    return names.length === 0 || api_name === target ? [] : [{ api_name, module: api_name, fields: names }]
  })
  const linked = links.flatMap(([one, other, name]): RelatedList[] => {
    if (one === target) return [{ api_name: name, module: other, fields: null }]
    return other === target && name === other ? [{ api_name: one, module: one, fields: null }] : []
  })
  const notes = named.filter(({ api_name }) => api_name === 'Notes')
  return [...notes, ...named.filter(list => !notes.includes(list)), ...linked]
}

/** The records of a list under one record, the oldest first. */
export function relatedRecords(state: CrmState, list: RelatedList, id: string): readonly CrmRecord[] {
  const ids =
    list.fields === null
      ? [...state.links.of(id)]
      : list.fields.flatMap(field => state.index.find(list.module, field, { id }).map(record => record.id))
  return [...new Set(ids)].sort().flatMap(found => state.store.get(list.module, found) ?? [])
}

/** Whether a note belongs to a record. */
export function isNoteOf(note: CrmRecord, id: string): boolean {
  return own(own(note, 'Parent_Id'), 'id') === id
}
