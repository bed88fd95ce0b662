import type { Cell, ForeignRow } from '../../store/foreign-database.ts'
import { expiryOf } from './instant.ts'
import type { SourceRow } from './source-row.ts'
import { cellIn, type FoundTable, type TableShape } from './table-columns.ts'
import { keyOf, nameIn, scopesIn, tokenIn, wrongType } from './token-table.ts'
import { refused, type Verdict } from './verdict.ts'

/** Who the client of an account is: the user of the other system, or the account itself at its provider. */
export type AccountClient = 'user' | 'account'

type Role = 'user' | 'account' | 'provider' | 'access' | 'refresh' | 'expiry' | 'scopes'

/** `account` of better-auth. Its adapters write `userId` or `user_id`. https://better-auth.com/docs/concepts/database */
export const betterAuthTable: TableShape<Role> = {
  kind: 'better-auth',
  usualNames: ['account', 'accounts', 'Account'],
  needed: {
    userId: 'user',
    accountId: 'account',
    providerId: 'provider',
    accessToken: 'access',
    refreshToken: 'refresh',
    accessTokenExpiresAt: 'expiry',
  },
  optional: { scope: 'scopes' },
}

/** `accounts` of Auth.js, by whichever adapter. https://authjs.dev/getting-started/adapters/pg */
export const authjsTable: TableShape<Role> = {
  kind: 'authjs',
  usualNames: ['accounts', 'account', 'Account'],
  needed: {
    userId: 'user',
    providerAccountId: 'account',
    provider: 'provider',
    access_token: 'access',
    refresh_token: 'refresh',
    expires_at: 'expiry',
  },
  optional: { scope: 'scopes' },
}

/** Reads rows of the one or the other. */
export function accountRows(client: AccountClient): (row: ForeignRow, found: FoundTable<Role>) => SourceRow {
  return (row, found) => {
    const cell = (role: Role): Cell | null => cellIn(row, found, role)
    const nameOf = (role: Role): string => found.columns.get(role) ?? role
    const provider = nameIn(cell('provider'))
    const accessToken = tokenIn(cell('access'))
    const refreshToken = tokenIn(cell('refresh'))
    return {
      key: keyOf({
        [nameOf('user')]: nameIn(cell('user')),
        [nameOf('provider')]: provider,
        [nameOf('account')]: nameIn(cell('account')),
      }),
      clientId: nameIn(cell(client)),
      provider,
      accessToken,
      refreshToken,
      expiry: expiryOf(cell('expiry')),
      scopes: scopesIn(cell('scopes')),
      metadata: null,
      appId: null,
      fault:
        wrongType(nameOf('access'), cell('access')) ??
        wrongType(nameOf('refresh'), cell('refresh')) ??
        encryption([accessToken, refreshToken]),
    }
  }
}

/**
 * What better-auth writes with `encryptOAuthTokens`: a nonce of 24 bytes, one byte of text or more and a tag of 16, in
 * hex; with a version in front where its secrets have versions. A token of a provider could look like the bare hex.
 * It is refused as well: what is stored must be what the provider gave.
 */
const ENCRYPTED = /^(?:\$ba\$.*|(?:[0-9a-f]{2}){41,})$/i

function encryption(tokens: readonly (string | null)[]): Verdict | null {
  if (!tokens.some(token => token !== null && ENCRYPTED.test(token))) return null
  return refused(
    'encrypted',
    'encrypted, or of a form that cannot be told from it: decrypt it with better-auth, and import it as a record',
  )
}
