import { InvalidInputError } from '../errors.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import type { ConnectedProvider, ConnectRoutesOptions } from './connect-options.ts'

const NAMES: NamesOf<ConnectRoutesOptions<unknown>> = {
  providers: true,
  clientOf: true,
  userOf: true,
  metadataOf: true,
  returnTo: true,
  defaultReturnTo: true,
  callbackUrl: true,
  allowedOrigins: true,
  onConnected: true,
}
const PROVIDER_NAMES: NamesOf<ConnectedProvider> = {
  scopes: true,
  parameters: true,
  resource: true,
  label: true,
}

/** Refuses options that would only fail when a user comes. @throws InvalidInputError */
export function checkConnectOptions<Context>(options: ConnectRoutesOptions<Context>): void {
  const owner = 'connectRoutes()'
  if (typeof options !== 'object' || options === null) throw wrong('its options must be an object.')
  refuseUnknownNames(options, Object.keys(NAMES), { owner, noun: 'option' })
  if (typeof options.clientOf !== 'function' || typeof options.userOf !== 'function') {
    throw wrong('clientOf and userOf must be functions that read your session.')
  }
  if (options.metadataOf !== undefined && typeof options.metadataOf !== 'function') {
    throw wrong('metadataOf must be a function that gives the values of placeholders.')
  }
  if (typeof options.providers !== 'object' || options.providers === null) {
    throw wrong('providers must be an object like { google: { scopes: […] } }.')
  }
  for (const [name, settings] of Object.entries(options.providers)) {
    if (typeof settings !== 'object' || settings === null) throw wrong(`providers.${name} must be an object.`)
    refuseUnknownNames(settings, Object.keys(PROVIDER_NAMES), { owner: `providers.${name}`, noun: 'option' })
  }
  for (const origin of options.allowedOrigins ?? []) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw wrong('allowedOrigins must be origins like "https://app.example", with no path.')
  }
  const { callbackUrl } = options
  if (callbackUrl === undefined) return
  if (!URL.canParse(callbackUrl) || !/^https?:$/.test(new URL(callbackUrl).protocol)) {
    throw wrong('callbackUrl must be an address like "https://app.example/oauth/callback".')
  }
}

function wrong(what: string): InvalidInputError {
  return new InvalidInputError(`connectRoutes(): ${what}`)
}
