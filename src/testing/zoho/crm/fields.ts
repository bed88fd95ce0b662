/** The types of fields that the local CRM knows, by Zoho's names. */
export type CrmDataType =
  | 'text'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'website'
  | 'picklist'
  | 'multiselectpicklist'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'currency'
  | 'percent'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'autonumber'
  | 'ownerlookup'
  | 'userlookup'
  | 'lookup'
  | 'multi_module_lookup'
  | 'profileimage'

/** A field of a module. */
export interface CrmField {
  /** The key in records: `Last_Name`. */
  readonly api_name: string
  /** Decides which values are taken, and which operators a search has. */
  readonly data_type: CrmDataType
  /** What people read. Default: the API name with spaces. */
  readonly label?: string | undefined
  /** Most characters or digits. Default: that of the type. */
  readonly length?: number | undefined
  /** No record without it. Default false. */
  readonly system_mandatory?: boolean | undefined
  /** No two records with the same value. Default false. */
  readonly unique?: boolean | undefined
  /** Only the CRM writes it: a value that is sent is ignored. Default false. */
  readonly read_only?: boolean | undefined
  /** What people can choose from. The API takes other values, too, as Zoho's does. */
  readonly pick_list_values?: readonly string[] | undefined
  /** Of a lookup: the module of the other record. */
  readonly module?: string | undefined
  /** Whether records can be addressed by it, with the header `X-EXTERNAL`. Default false. */
  readonly external?: boolean | undefined
  /** Text with tags: lists cut it to 500 characters. Default false. */
  readonly rich?: boolean | undefined
}

/** A module as Zoho delivers it, or one of the settings. */
export interface CrmModule {
  readonly api_name: string
  readonly singular: string
  readonly plural: string
  /** The field that names a record. */
  readonly display: string
  /** Where an upsert looks for duplicates when it does not say. */
  readonly duplicateCheck: readonly string[]
  readonly fields: readonly CrmField[]
  readonly custom: boolean
}

/** What is taken where a field does not say how long it may be. */
const lengths: Readonly<Record<CrmDataType, number>> = {
  text: 255,
  textarea: 32_000,
  email: 100,
  phone: 30,
  website: 450,
  picklist: 120,
  multiselectpicklist: 100,
  integer: 9,
  bigint: 18,
  double: 16,
  currency: 16,
  percent: 5,
  boolean: 5,
  date: 20,
  datetime: 120,
  autonumber: 255,
  ownerlookup: 120,
  userlookup: 120,
  lookup: 120,
  multi_module_lookup: 120,
  profileimage: 255,
}

/** Most characters or digits of a value. */
export function lengthOf(field: CrmField): number {
  return field.length ?? lengths[field.data_type]
}

type Details = Omit<CrmField, 'api_name' | 'data_type'>

/** The fields of one type, by their names. */
export function of(
  data_type: CrmDataType,
  names: readonly string[],
  details: Details = {},
): readonly CrmField[] {
  return names.map(api_name => ({ api_name, data_type, ...details }))
}

/** A field that no record lacks. */
export function mandatory(
  api_name: string,
  data_type: CrmDataType = 'text',
  details: Details = {},
): readonly CrmField[] {
  return [{ api_name, data_type, system_mandatory: true, ...details }]
}

/** A field to choose from. */
export function choice(api_name: string, values: readonly string[]): readonly CrmField[] {
  return [{ api_name, data_type: 'picklist', pick_list_values: values }]
}

/** Lookups of another module. */
export function lookup(module: string, ...names: readonly string[]): readonly CrmField[] {
  return names.map(api_name => ({ api_name, data_type: 'lookup', module }))
}

/** What every record of every module has. */
export const commonFields: readonly CrmField[] = [
  ...of('ownerlookup', ['Owner']),
  ...of('ownerlookup', ['Created_By', 'Modified_By'], { read_only: true }),
  ...of('datetime', ['Created_Time', 'Modified_Time'], { read_only: true }),
]
