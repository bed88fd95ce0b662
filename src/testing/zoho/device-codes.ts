import { randomInt } from 'node:crypto'
import type { Clock } from '../../ports/clock.ts'
import type { LocalZohoSettings, LocalZohoUser } from './settings.ts'
import { newToken } from './token-shape.ts'

/** What a device asked for. */
export interface DeviceRequest {
  readonly app: string
  /** The data centre that it asked at. */
  readonly location: string
  readonly scopes: readonly string[]
  readonly offline: boolean
  readonly promptsConsent: boolean
}

/** What its user said. */
export type DeviceDecision =
  | { readonly kind: 'approved'; readonly user: LocalZohoUser }
  | { readonly kind: 'refused' }

/** What a look of a device finds. */
export type DeviceLook =
  | { readonly kind: 'unknown' | 'used' | 'expired' | 'too_fast' | 'pending' | 'refused' }
  | { readonly kind: 'approved'; readonly user: LocalZohoUser; readonly request: DeviceRequest }

interface Device {
  readonly request: DeviceRequest
  readonly userCode: string
  readonly expiresAt: number
  /** When it looked last, by the monotonic clock. */
  lookedAt: number | null
  decision: DeviceDecision | null
  used: boolean
}

// Without letters that are taken for others.
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Devices that wait for their users (RFC 8628). The data centres know of each other's: a user may live elsewhere. */
export class DeviceCodes {
  readonly #clock: Clock
  readonly #devices = new Map<string, Device>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(request: DeviceRequest, lifetimeMs: number): { deviceCode: string; userCode: string } {
    const deviceCode = newToken('1004')
    const userCode = newUserCode()
    const expiresAt = this.#clock.monotonicMs() + lifetimeMs
    this.#devices.set(deviceCode, {
      request,
      userCode,
      expiresAt,
      lookedAt: null,
      decision: null,
      used: false,
    })
    return { deviceCode, userCode }
  }

  /** The request of a device that still waits, by what its user typed; null: there is none. */
  waiting(userCode: string): DeviceRequest | null {
    return this.#waiting(userCode)?.request ?? null
  }

  /** False: no device waits with this code. */
  decide(userCode: string, decision: DeviceDecision): boolean {
    const device = this.#waiting(userCode)
    if (device === undefined) return false
    device.decision = decision
    return true
  }

  /** A look at the data centre of a location, which is the one that was asked, or the one of the user. */
  look(deviceCode: string, app: string, location: string, settings: LocalZohoSettings): DeviceLook {
    const device = this.#devices.get(deviceCode)
    if (device === undefined || device.request.app !== app) return { kind: 'unknown' }
    const { decision, request } = device
    const isHere = request.location === location || decision?.kind === 'approved'
    if (!isHere) return { kind: 'unknown' }
    if (device.used) return { kind: 'used' }
    const now = this.#clock.monotonicMs()
    if (decision === null && device.expiresAt <= now) return { kind: 'expired' }
    const isTooFast = device.lookedAt !== null && now - device.lookedAt < settings.deviceIntervalMs
    device.lookedAt = now
    if (decision === null) return { kind: isTooFast ? 'too_fast' : 'pending' }
    return decision.kind === 'refused' ? { kind: 'refused' } : { ...decision, request }
  }

  useUp(deviceCode: string): void {
    const device = this.#devices.get(deviceCode)
    if (device !== undefined) device.used = true
  }

  #waiting(typed: string): Device | undefined {
    const userCode = typed.replaceAll(/[^a-z0-9]/gi, '').toUpperCase()
    const now = this.#clock.monotonicMs()
    return Array.from(this.#devices.values()).find(
      device =>
        device.userCode.replace('-', '') === userCode && device.decision === null && device.expiresAt > now,
    )
  }
}

function newUserCode(): string {
  const letters = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)])
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
}
