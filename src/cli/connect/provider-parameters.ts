import type { ProviderProfile } from 'evergrant'
import {
  type CatalogueName,
  catalogueNames,
  catalogueProfile,
  zohoCalendar,
  zohoCrm,
} from 'evergrant/providers'
import type { Config } from '../config-file.ts'
import { UsageError } from '../failure.ts'
import { visible } from '../visible-text.ts'

/**
 * The values of `--parameter name=value`: of placeholders in the provider's endpoints, or of what its callback would bring.
 * Whether a value may stand there is judged by whoever puts it there.
 * @throws UsageError one is not of that form, is given twice, or is none of the provider's
 */
export function parseParameters(
  texts: readonly string[],
  profile: ProviderProfile | null,
): Readonly<Record<string, string>> {
  const values = new Map<string, string>()
  for (const text of texts) {
    const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? []
    if (name === '') throw new UsageError('--parameter takes a name and a value: --parameter tenant=acme')
    if (values.has(name)) throw new UsageError(`--parameter ${visible(name)} is given twice. Name it once.`)
    // A provider that nobody knows is refused when the service is opened, or asked.
    if (profile !== null) refuseUnlessOf(profile, name)
    values.set(name, value)
  }
  return Object.fromEntries(values)
}

/** What is known of a provider before anything is opened; null: there is none of this name. */
export async function profileOf(provider: string, { providers }: Config): Promise<ProviderProfile | null> {
  const own = providers?.[provider]?.profile
  if (own !== undefined) return own
  if (provider === 'zoho_crm') return zohoCrm()
  if (provider === 'zoho_calendar') return zohoCalendar()
  return isOfCatalogue(provider) ? catalogueProfile(provider) : null
}

function isOfCatalogue(name: string): name is CatalogueName {
  return catalogueNames.some(known => known === name)
}

function refuseUnlessOf(
  { name: provider, placeholders, authorization }: ProviderProfile,
  name: string,
): void {
  const described = Object.entries(placeholders).map(
    ([known, { description }]) => `${known} (${description})`,
  )
  const names = [...Object.keys(placeholders), ...authorization.callbackMetadata]
  if (names.includes(name)) return
  const known = [
    ...described,
    ...authorization.callbackMetadata.filter(one => !Object.hasOwn(placeholders, one)),
  ]
  const there = known.length === 0 ? 'It has none.' : `There is: ${known.join('; ')}.`
  throw new UsageError(`--parameter ${visible(name)} is none of ${visible(provider)}. ${there}`)
}
