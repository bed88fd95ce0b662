/** An edition of Zoho CRM, by which Zoho bounds the calls at once. */
export type ZohoEdition = 'free' | 'standard' | 'professional' | 'enterprise' | 'ultimate'

/**
 * Calls at once of one organization and app.
 * https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html
 */
export const callsAtOnce: Readonly<Record<ZohoEdition, number>> = {
  free: 5,
  standard: 10,
  professional: 15,
  enterprise: 20,
  ultimate: 25,
}

/** Every edition. */
export const editions: readonly ZohoEdition[] = ['free', 'standard', 'professional', 'enterprise', 'ultimate']

/** Whether there is an edition of that name. */
export function isEdition(name: unknown): name is ZohoEdition {
  return editions.some(edition => edition === name)
}
