import { type CrmField, type CrmModule, commonFields, of } from './fields.ts'
import type { CrmSettings } from './settings.ts'
import { standardModules } from './standard-modules.ts'

/** The modules of one organization and their fields: Zoho's, and what the settings add. */
export class CrmSchema {
  #settings: Pick<CrmSettings, 'customFields' | 'uniqueFields'> | null = null
  #modules: ReadonlyMap<string, CrmModule> = standardModules
  #fields = new Map<string, ReadonlyMap<string, CrmField>>()

  /** The modules as the settings have them now. */
  modules(settings: CrmSettings): ReadonlyMap<string, CrmModule> {
    const known = this.#settings
    if (known?.customFields !== settings.customFields || known.uniqueFields !== settings.uniqueFields) {
      this.#settings = settings
      this.#modules = modulesOf(settings)
      this.#fields = new Map([...this.#modules].map(([name, { fields }]) => [name, byName(fields)]))
    }
    return this.#modules
  }

  /** The fields of a module by their names; none where there is no such module. */
  fields(module: string, settings: CrmSettings): ReadonlyMap<string, CrmField> {
    this.modules(settings)
    return this.#fields.get(module) ?? new Map()
  }
}

function byName(fields: readonly CrmField[]): ReadonlyMap<string, CrmField> {
  return new Map(fields.map(field => [field.api_name, field]))
}

function modulesOf({ customFields, uniqueFields }: CrmSettings): ReadonlyMap<string, CrmModule> {
  const modules = new Map(standardModules)
  for (const [name, fields] of Object.entries(customFields)) {
    const module = modules.get(name) ?? customModule(name)
    modules.set(name, { ...module, fields: [...module.fields, ...fields] })
  }
  for (const [name, unique] of Object.entries(uniqueFields)) {
    const module = modules.get(name)
    if (module === undefined) continue
    const fields = module.fields.map(field =>
      unique.includes(field.api_name) ? { ...field, unique: true } : field,
    )
    modules.set(name, { ...module, fields })
  }
  return modules
}

/** A module that only the settings have: its records are named by the field `Name`. */
function customModule(api_name: string): CrmModule {
  const label = api_name.replaceAll('_', ' ')
  return {
    ...{ api_name, singular: label, plural: label, display: 'Name', duplicateCheck: ['Name'], custom: true },
    fields: [...commonFields, ...of('text', ['Name'], { length: 120, system_mandatory: true })],
  }
}
