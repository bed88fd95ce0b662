/** Who or what a field refers to: a user, an account, the lead of a note. */
export interface ZohoReference {
  /** Of the record or user. */
  readonly id: string
  /** As it is shown; absent where Zoho leaves it out. */
  readonly name?: string | null | undefined
  /** Of a user. */
  readonly email?: string | undefined
}

/** What every record has. Zoho writes it; in a record that is sent it has no effect. */
export interface ZohoSystemFields {
  /** 18 or 19 digits, as text: a JavaScript number would round it. */
  readonly id: string
  /** ISO 8601 with the offset of the user's zone. */
  readonly Created_Time?: string | undefined
  /** ISO 8601 with the offset of the user's zone. */
  readonly Modified_Time?: string | undefined
  /** The user. */
  readonly Created_By?: ZohoReference | null | undefined
  /** The user. */
  readonly Modified_By?: ZohoReference | null | undefined
}

/** A record of any module: the fields that were asked for, by their API names. */
export type ZohoRecord = ZohoSystemFields & { readonly [field: string]: unknown }

/** A record that is sent. Null empties a field. */
export interface ZohoRecordInput {
  readonly [field: string]: unknown
}

/** The fields of a person that leads and contacts share. */
export interface ZohoPersonFields {
  /** At most 40 characters. */
  First_Name?: string | null | undefined
  /** Zoho wants one. At most 80 characters. */
  Last_Name?: string | undefined
  /** Made of the others by Zoho. */
  readonly Full_Name?: string | null | undefined
  /** Mr., Mrs., … */
  Salutation?: string | null | undefined
  /** Zoho keeps it as it is sent, and compares it without case. */
  Email?: string | null | undefined
  /** A second address. */
  Secondary_Email?: string | null | undefined
  /** Kept as it is sent, in whatever format. */
  Phone?: string | null | undefined
  /** As `Phone`. */
  Mobile?: string | null | undefined
  /** As `Phone`. */
  Fax?: string | null | undefined
  /** Whose it is. */
  Owner?: ZohoReference | string | undefined
  /** Where they come from: one of the values of the picklist. */
  Lead_Source?: string | null | undefined
  /** Long text. */
  Description?: string | null | undefined
  /** Whether mass mails are not wanted. */
  Email_Opt_Out?: boolean | undefined
}

/** Leads: somebody of whom not much is known yet. */
export interface ZohoLeadFields extends ZohoPersonFields {
  /** Zoho wants one, unless an administrator has changed that. */
  Company?: string | null | undefined
  /** What they do. */
  Designation?: string | null | undefined
  /** One of the values of the picklist. */
  Lead_Status?: string | null | undefined
  /** One of the values of the picklist. */
  Industry?: string | null | undefined
  /** One of the values of the picklist. */
  Rating?: string | null | undefined
  /** In the currency of the organization. */
  Annual_Revenue?: number | null | undefined
  /** How many. */
  No_of_Employees?: number | null | undefined
  /** A URL. */
  Website?: string | null | undefined
  /** Of the address. */
  Street?: string | null | undefined
  /** Of the address. */
  City?: string | null | undefined
  /** Of the address. */
  State?: string | null | undefined
  /** Of the address. */
  Zip_Code?: string | null | undefined
  /** Of the address. */
  Country?: string | null | undefined
}

/** Contacts: a person of an account. */
export interface ZohoContactFields extends ZohoPersonFields {
  /** The account they belong to. */
  Account_Name?: ZohoReference | null | undefined
  /** What they do. */
  Title?: string | null | undefined
  /** Where they work. */
  Department?: string | null | undefined
  /** `yyyy-MM-dd`. */
  Date_of_Birth?: string | null | undefined
}

/** Accounts: a company. */
export interface ZohoAccountFields {
  /** Zoho wants one. */
  Account_Name?: string | undefined
  /** Kept as it is sent. */
  Phone?: string | null | undefined
  /** A URL. */
  Website?: string | null | undefined
  /** Whose it is. */
  Owner?: ZohoReference | string | undefined
  /** One of the values of the picklist. */
  Industry?: string | null | undefined
  /** How many. */
  Employees?: number | null | undefined
  /** Long text. */
  Description?: string | null | undefined
}

/** Deals: something that may be sold. */
export interface ZohoDealFields {
  /** Zoho wants one. */
  Deal_Name?: string | undefined
  /** One of the stages of the pipeline. */
  Stage?: string | undefined
  /** In the currency of the organization. */
  Amount?: number | null | undefined
  /** `yyyy-MM-dd`. */
  Closing_Date?: string | null | undefined
  /** The account. */
  Account_Name?: ZohoReference | null | undefined
  /** The contact. */
  Contact_Name?: ZohoReference | null | undefined
  /** Whose it is. */
  Owner?: ZohoReference | string | undefined
  /** Long text. */
  Description?: string | null | undefined
}

/** Notes of a record. */
export interface ZohoNoteFields {
  /** May be absent. */
  Note_Title?: string | null | undefined
  /** The text. */
  Note_Content?: string | undefined
  /** The record that it belongs to. */
  Parent_Id?: (ZohoReference & ZohoNoteParent) | undefined
  /** Whose it is. */
  Owner?: ZohoReference | undefined
}

/** The module of a note's record. */
export interface ZohoNoteParent {
  /** By its API name. */
  readonly module?: { readonly api_name: string; readonly id?: string | undefined } | undefined
}

/**
 * The fields of modules, by the API name of the module. A module that is not here is one of any fields. Fields and modules of
 * your own are added by declaration merging:
 *
 * @example
 * ```ts
 * declare module 'evergrant/zoho' {
 *   interface ZohoModuleFields {
 *     Tax_Returns: { Name?: string | undefined; Year?: number | undefined }
 *   }
 *   interface ZohoLeadFields {
 *     Call_Summary?: string | null | undefined
 *   }
 * }
 * ```
 */
export interface ZohoModuleFields {
  /** `Leads`. */
  Leads: ZohoLeadFields
  /** `Contacts`. */
  Contacts: ZohoContactFields
  /** `Accounts`. */
  Accounts: ZohoAccountFields
  /** `Deals`. */
  Deals: ZohoDealFields
  /** `Notes`. */
  Notes: ZohoNoteFields
}

/** The API name of a module: one of those whose fields are known, or any other. */
export type ZohoModuleName = keyof ZohoModuleFields | (string & {})

/** A record of a module as it is read. */
export type ZohoRecordOf<Module extends string> = Module extends keyof ZohoModuleFields
  ? ZohoSystemFields & ZohoModuleFields[Module] & { readonly [field: `$${string}`]: unknown }
  : ZohoRecord

/** A record of a module as it is created: without what Zoho alone writes. */
export type ZohoInputOf<Module extends string> = Module extends keyof ZohoModuleFields
  ? ZohoModuleFields[Module] & ZohoUnwritten & ZohoUnnamed
  : ZohoRecordInput

/** A record of a module as it is changed. */
export type ZohoUpdateOf<Module extends string> = Module extends keyof ZohoModuleFields
  ? ZohoModuleFields[Module] & ZohoUnwritten & ZohoNamed
  : ZohoRecordInput & ZohoNamed

/** A record of a module as it is created or changed. */
export type ZohoUpsertOf<Module extends string> = Module extends keyof ZohoModuleFields
  ? ZohoModuleFields[Module] & ZohoUnwritten & (ZohoNamed | ZohoUnnamed)
  : ZohoRecordInput

/** A record with its id. */
export interface ZohoNamed {
  /** Digits, as text. */
  readonly id: string
}

/** A record that has no id yet. */
export interface ZohoUnnamed {
  /** Zoho gives it. */
  readonly id?: undefined
}

/** What Zoho alone writes. */
export interface ZohoUnwritten {
  /** By Zoho. */
  readonly Created_Time?: undefined
  /** By Zoho. */
  readonly Modified_Time?: undefined
  /** By Zoho. */
  readonly Created_By?: undefined
  /** By Zoho. */
  readonly Modified_By?: undefined
}

/** The name of a field of a module. */
export type ZohoFieldOf<Module extends string> = Module extends keyof ZohoModuleFields
  ? (keyof ZohoModuleFields[Module] & string) | keyof ZohoSystemFields | (string & {})
  : string
