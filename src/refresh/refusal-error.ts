import {
  type EvergrantError,
  ProviderMisconfiguredError,
  ProviderRateLimitedError,
  ProviderResponseError,
  ProviderUnavailableError,
  type ReauthorizationReason,
  ReauthorizationRequiredError,
} from '../errors.ts'
import type { LastError } from '../lifecycle/connection.ts'
import type { Refusal } from '../lifecycle/refusal.ts'
import type { ConnectionKey } from '../ports/store.ts'
import { LAST_DATE_MS } from './observed.ts'

/**
 * The error for a caller that gets no token.
 * @param detail what has just happened, in our own words; absent when an earlier failure still holds
 */
export function refusalError(refusal: Refusal, key: ConnectionKey, detail?: string): EvergrantError {
  switch (refusal.kind) {
    case 'reauthorization':
      return new ReauthorizationRequiredError(reauthorizationText(refusal.reason, key), refusal.reason, key)
    case 'held_back':
      return failureError(refusal.code, refusal.until, key, detail)
    case 'over_budget':
      return overBudget(refusal.until, key)
  }
}

/** The error for a refresh that failed, or that may not be tried before `until` (ms by the database's clock). */
export function failureError(
  code: LastError,
  until: number,
  key: ConnectionKey,
  detail?: string,
): EvergrantError {
  const retryAt = new Date(Math.min(until, LAST_DATE_MS))
  const who = named(key)
  const what = detail === undefined ? '' : ` (${detail})`
  const when = `Evergrant asks again after ${retryAt.toISOString()}.`
  switch (code) {
    case 'PROVIDER_UNAVAILABLE':
      return new ProviderUnavailableError(`${who}: the provider does not answer${what}. ${when}`, key)
    case 'PROVIDER_RATE_LIMITED':
      return new ProviderRateLimitedError(`${who}: the provider throttles${what}. ${when}`, retryAt, key)
    case 'PROVIDER_RESPONSE':
      return new ProviderResponseError(`${who}: the provider's answer makes no sense${what}. ${when}`, key)
    case 'NO_PROGRESS':
      return new ProviderResponseError(
        `${who}: the provider issues tokens that live no longer than the stored one${what}. ${when}`,
        key,
      )
    case 'PROVIDER_MISCONFIGURED':
      return misconfigured(key, detail)
    case 'REAUTHORIZATION_REQUIRED':
      return new ReauthorizationRequiredError(reauthorizationText('suspect', key), 'suspect', key)
  }
}

function misconfigured(key: ConnectionKey, detail: string | undefined): EvergrantError {
  const who = named(key)
  if (detail?.startsWith('not sent: ')) {
    return new ProviderMisconfiguredError(`${who}: ${detail}. The grant itself is untouched.`, key)
  }
  const what = detail === undefined ? '' : ` (${detail})`
  return new ProviderMisconfiguredError(
    `${who}: the provider rejects the app credentials or the request${what}. ` +
      'Check client id and secret of the OAuth app; the grant itself is untouched.',
    key,
  )
}

function overBudget(until: number, key: ConnectionKey): EvergrantError {
  const retryAt = new Date(Math.min(until, LAST_DATE_MS))
  return new ProviderRateLimitedError(
    `${named(key)}: refreshed so often that the provider would throttle. Evergrant asks again after ` +
      `${retryAt.toISOString()}. While the stored token is good, getAccessToken() gives it.`,
    retryAt,
    key,
  )
}

function reauthorizationText(reason: ReauthorizationReason, key: ConnectionKey): string {
  const who = named(key)
  const remedy =
    'Connect the account again, and give the new tokens to `evergrant import --overwrite`, or to storeTokens().'
  switch (reason) {
    case 'refused':
      return `${who}: the provider refused the grant twice. ${remedy}`
    case 'suspect':
      return `${who}: the provider refused the grant once; the next attempt will confirm it. Try again in a minute.`
    case 'lost_rotation':
      return `${who}: a rotated refresh token was lost between the provider's answer and the database. ${remedy}`
    case 'no_refresh_token':
      return `${who}: the access token does not suffice and no refresh token is stored. ${remedy}`
    case 'expired':
      return `${who}: the refresh token has expired. ${remedy}`
  }
}

/** How messages name a connection. */
export function named(key: ConnectionKey): string {
  return `${key.provider} of ${key.clientId}`
}
