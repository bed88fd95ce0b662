import type { Connected, OAuthTokenService } from 'evergrant'
import { systemClock } from 'evergrant/admin'
import { durationText } from '../duration-text.ts'
import { visible } from '../visible-text.ts'
import { USUAL_WIDTH, wrapped } from '../wrapped-text.ts'

/** What was granted in the end: the document of `--json`. */
export interface Granted {
  readonly clientId: string
  readonly provider: string
  /** The provider's id of the account. Null: the provider does not tell. */
  readonly account: string | null
  /** Null: neither asked for nor told. */
  readonly scopes: readonly string[] | null
  readonly missingScopes: readonly string[]
  readonly refreshable: boolean
  /** Why it cannot be refreshed, and what to do. */
  readonly remedy: string | null
  /** When the access token expires; null: not known. */
  readonly expiresAt: Date | null
}

/** What was granted, with what the database has of it. */
export async function grantedOf(service: OAuthTokenService, connected: Connected): Promise<Granted> {
  const { clientId, provider, account, scopes, missingScopes, refreshable, remedy } = connected
  const { connections } = await service.listTokens({ clientId, provider, limit: 1 })
  const expiresAt = connections[0]?.expiresAt ?? null
  return { clientId, provider, account, scopes, missingScopes, refreshable, remedy, expiresAt }
}

/** The same for people, in lines of this many columns where words allow it. */
export function grantedLines(granted: Granted, columns: number | null): readonly string[] {
  const { clientId, provider, account, scopes, missingScopes, refreshable, remedy, expiresAt } = granted
  const left = expiresAt === null ? null : expiresAt.getTime() - systemClock.wallMs()
  const facts: readonly (readonly [string, string | null])[] = [
    ['account', account],
    ['scopes', scopes === null ? null : scopes.join(' ') || 'none'],
    ['missing', missingScopes.length === 0 ? null : `${missingScopes.join(' ')} (asked for, not granted)`],
    ['token', left === null ? null : `good for ${durationText(left)}`],
    ['refresh', refreshable ? 'by itself, before the token expires' : (remedy ?? 'not possible')],
  ]
  return [
    `Connected ${visible(provider)} of ${visible(clientId)}.`,
    ...facts.flatMap(([about, is]) =>
      is === null
        ? []
        : wrapped(`  ${about.padEnd(9)}${visible(is)}`, columns ?? USUAL_WIDTH, ' '.repeat(11)),
    ),
  ]
}
