import type { Assembly } from './assemble.ts'
import { codeError } from './code-outcome.ts'
import type { Connected } from './connect/connected.ts'
import { type DeviceEnd, waitForPerson } from './connect/device-flow.ts'
import { placeOf } from './connect/same-place.ts'
import { parseResource } from './connect-input.ts'
import type { DeviceAuthorization, DeviceAuthorizationOptions, DeviceWaitOptions } from './device-options.ts'
import { AuthorizationFlowError, InvalidInputError } from './errors.ts'
import { accountOfAnswer, requiredApp, withResource } from './exchanging.ts'
import { told } from './flow-ends.ts'
import { describe, isPlainObject, parseMetadata } from './input.ts'
import type { AppCredentials } from './ports/provider.ts'
import type { ConnectionKey, Metadata } from './ports/store.ts'
import type { DeviceCodes } from './providers/device-requests.ts'
import { unlessAborted } from './refresh/giving-up.ts'
import { named } from './refresh/refusal-error.ts'
import { wantedScopes } from './wanted-scopes.ts'

/** What belongs to a device that is being let in. */
interface DeviceFlow {
  readonly key: ConnectionKey
  readonly app: AppCredentials
  readonly wanted: readonly string[]
  readonly asked: readonly string[]
  readonly resource: readonly string[]
  /** Grows where the account turns out to be at another place of the provider. */
  metadata: Metadata
  readonly anyAccount: boolean
}

/** `deviceAuthorization`. */
export async function authorizeDevice(
  assembly: Assembly,
  key: ConnectionKey,
  options: DeviceAuthorizationOptions,
): Promise<DeviceAuthorization> {
  const { ports, providers } = assembly
  const provider = providers.get(key.provider)
  const { profile } = provider
  if (profile.deviceAuthorizationEndpoint === null) {
    throw new InvalidInputError(
      `${named(key)}: the profile of ${key.provider} names no device authorization endpoint (RFC 8628). Connect the account ` +
        'by a browser, or add deviceAuthorizationEndpoint to a profile of yours.',
      key,
    )
  }
  const app = requiredApp(assembly, key, options.credentials)
  const given = parseMetadata(options.metadata, key)
  const wanted = wantedScopes(profile, options.scopes, key)
  const metadata = { ...placeOf(profile, (await ports.store.read(key))?.metadata), ...given }
  const resource = parseResource(options.resource, key)
  const timeoutMs = ports.policy.requestTimeoutMs
  const request = { app, scopes: wanted, resource, metadata, timeoutMs }
  const sentAt = ports.clock.monotonicMs()
  const answer = await unlessAborted(provider.deviceAuthorization(request), options.signal)
  if (answer.kind === 'failed') throw codeError(answer.answer, key, profile, ports.clock)
  ports.emit({ type: 'authorization_started', ...key })
  const asked = wanted.length === 0 ? [] : [...wanted, ...profile.authorization.refreshTokenScopes]
  const anyAccount = options.confirmAccount === true
  const flow = { key, app, wanted, asked, resource, metadata: withResource(metadata, resource), anyAccount }
  return deviceOf(assembly, flow, answer.codes, sentAt)
}

// The device code is in no field: whoever prints what is shown to people does not print it.
function deviceOf(
  assembly: Assembly,
  flow: DeviceFlow,
  codes: DeviceCodes,
  sentAt: number,
): DeviceAuthorization {
  const { clock } = assembly.ports
  const { userCode, verificationUri, verificationUriComplete, intervalMs, expiresInMs } = codes
  const expiresAt = sentAt + expiresInMs
  let isWaitedFor = false
  return {
    userCode,
    verificationUri,
    verificationUriComplete,
    hint: HINT,
    expiresAt: new Date(clock.wallMs() + (expiresAt - clock.monotonicMs())),
    intervalMs,
    wait: async (options: DeviceWaitOptions = {}): Promise<Connected> => {
      const { signal, onPoll } = parseWait(options, flow.key)
      signal?.throwIfAborted()
      if (isWaitedFor) {
        throw new InvalidInputError(`${named(flow.key)}: this device is waited for already.`, flow.key)
      }
      isWaitedFor = true
      const pace = { intervalMs, expiresAt }
      const work = waitOnce(assembly, flow, codes, pace, signal, onPoll)
      return unlessAborted(work, signal).finally(() => {
        isWaitedFor = false
      })
    },
  }
}

/** RFC 8628 §5.4: somebody may have begun it elsewhere, and sent the code to a person who trusts them. */
const HINT =
  'Enter the code only if you have just asked for it yourself. Whoever sends you one wants to get into your account.'

async function waitOnce(
  assembly: Assembly,
  flow: DeviceFlow,
  { deviceCode }: DeviceCodes,
  pace: Parameters<typeof waitForPerson>[1],
  signal: AbortSignal | undefined,
  onPoll: () => void,
): Promise<Connected> {
  const { newGrants, providers, ports, closing } = assembly
  const provider = providers.get(flow.key.provider)
  const { app, resource } = flow
  const timeoutMs = ports.policy.requestTimeoutMs
  const signals = signal === undefined ? [closing] : [closing, signal]
  return waitForPerson(
    ports.clock,
    pace,
    async () => {
      const { metadata } = flow
      const look = provider.deviceToken({ app, deviceCode, metadata, resource, timeoutMs })
      const answer = await newGrants.whatever(look)
      if (answer.kind === 'moved') flow.metadata = { ...flow.metadata, ...answer.metadata }
      return answer
    },
    end => newGrants.whatever(told(assembly, () => connectedBy(assembly, flow, end))),
    { signal: AbortSignal.any(signals), onPoll },
  )
}

async function connectedBy(assembly: Assembly, flow: DeviceFlow, end: DeviceEnd): Promise<Connected> {
  const { newGrants, providers } = assembly
  const { key, wanted, asked, metadata, app } = flow
  if (end.kind !== 'answered') throw refusal(end.kind, key)
  const { profile } = providers.get(key.provider)
  const { answer, members, sentAt } = end
  const context = { nonce: null, callback: new Map<string, string>(), asked }
  const ready = await newGrants.ready({
    key,
    profile,
    answer,
    hasIdToken: members.has('id_token'),
    account: await accountOfAnswer(assembly, key, { app, metadata }, context, { answer, members }),
    sentAt,
    metadata,
    wanted,
    asked,
    returnTo: null,
  })
  const kept = await newGrants.keep(ready, profile, flow.anyAccount)
  if (kept.kind === 'other_account') throw refusal('account_changed', key)
  return kept.connected
}

const REFUSALS = {
  denied: 'whoever entered the code has not agreed. Nothing was stored.',
  expired: 'nobody has entered the code in time. Nothing was stored; begin again.',
  account_changed:
    'the code was entered for another account than the one that is connected. Nothing was stored. If that is meant, begin ' +
    'again with confirmAccount: true.',
} as const

function refusal(reason: keyof typeof REFUSALS, key: ConnectionKey): AuthorizationFlowError {
  return new AuthorizationFlowError(`${named(key)}: ${REFUSALS[reason]}`, reason, key)
}

function parseWait(
  options: unknown,
  key: ConnectionKey,
): { readonly signal: AbortSignal | undefined; readonly onPoll: () => void } {
  if (!isPlainObject(options)) {
    throw new InvalidInputError(`wait() takes an object of options; got ${describe(options)}.`, key)
  }
  const { signal, onPoll } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidInputError(`signal must be an AbortSignal; got ${describe(signal)}.`, key)
  }
  if (onPoll !== undefined && typeof onPoll !== 'function') {
    throw new InvalidInputError(`onPoll must be a function; got ${describe(onPoll)}.`, key)
  }
  // What a hook of the caller throws must not end the flow.
  return {
    signal,
    onPoll: () => {
      try {
        onPoll?.()
      } catch {}
    },
  }
}
