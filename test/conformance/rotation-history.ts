import type { TokenRequest } from './authorization-server.ts'

/** What the provider's log says of the refreshes of one grant. */
export interface RotationHistory {
  /** Refreshes that gave a new refresh token. */
  readonly rotations: number
  readonly refused: number
  /** Refresh tokens that came more than once. */
  readonly usedTwice: number
  /** Requests that came while another of the same grant was under way. */
  readonly overlaps: number
  /** Refreshes that did not spend the refresh token that the one before had given. */
  readonly outOfLine: number
}

/** Judges the refreshes of one grant from its login on: by the provider's log alone. */
export function historyOf(requests: readonly TokenRequest[], firstRefreshToken: string): RotationHistory {
  const refreshes = requests
    .filter(({ grantType }) => grantType === 'refresh_token')
    .toSorted((one, other) => one.beganAt - other.beganAt)
  const spent = refreshes.map(one => one.spent)
  const expected = [firstRefreshToken, ...refreshes.map(one => one.issued)]
  return {
    rotations: refreshes.filter(({ issued }) => issued !== null).length,
    refused: refreshes.filter(({ error }) => error !== null).length,
    usedTwice: spent.filter((token, index) => spent.indexOf(token) < index).length,
    overlaps: refreshes.filter((one, index) =>
      refreshes.slice(0, index).some(before => before.endedAt > one.beganAt),
    ).length,
    outOfLine: spent.filter((token, index) => token !== expected[index]).length,
  }
}
