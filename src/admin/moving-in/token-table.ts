import type { Cell, ForeignRow } from '../../store/foreign-database.ts'
import { expiryOf } from './instant.ts'
import type { SourceRow } from './source-row.ts'
import { cellIn, type FoundTable, type TableShape } from './table-columns.ts'
import { refused, type Verdict } from './verdict.ts'

type Role = 'client' | 'provider' | 'access' | 'refresh' | 'expiry' | 'scopes' | 'metadata'

/** The columns of `oauth_tokens` before Evergrant, with plaintext in it. */
export const tokenTable: TableShape<Role> = {
  kind: 'table',
  usualNames: ['oauth_tokens'],
  needed: {
    client_id: 'client',
    provider: 'provider',
    access_token: 'access',
    refresh_token: 'refresh',
    token_expiry: 'expiry',
  },
  optional: { scopes: 'scopes', metadata: 'metadata' },
}

export function tokenRowOf(row: ForeignRow, found: FoundTable<Role>): SourceRow {
  const cell = (role: Role): Cell | null => cellIn(row, found, role)
  const metadata = metadataOf(cell('metadata'))
  const clientId = nameIn(cell('client'))
  const provider = nameIn(cell('provider'))
  return {
    key: keyOf({ client_id: clientId, provider }),
    clientId,
    provider,
    accessToken: tokenIn(cell('access')),
    refreshToken: tokenIn(cell('refresh')),
    expiry: expiryOf(cell('expiry')),
    scopes: scopesIn(cell('scopes')),
    metadata,
    appId: null,
    fault:
      wrongType('access_token', cell('access')) ??
      wrongType('refresh_token', cell('refresh')) ??
      (metadata === undefined ? refused('invalid', 'metadata must be an object of JSON') : null),
  }
}

/** Names are text, and often numbers or UUIDs. */
export function nameIn(cell: Cell | null): string | null {
  return cell === null || cell.kind === 'other' ? null : cell.text
}

/** An empty text is none. */
export function tokenIn(cell: Cell | null): string | null {
  return cell?.kind === 'text' && cell.text !== '' ? cell.text : null
}

export function scopesIn(cell: Cell | null): string | null {
  return cell?.kind === 'text' && cell.text.trim() !== '' ? cell.text : null
}

export function wrongType(column: string, cell: Cell | null): Verdict | null {
  if (cell === null || cell.kind === 'text') return null
  return refused('wrong_type', `${column} holds no text, or more than a token can be`)
}

/** The parts of a key that are there, cut where they are longer than anybody reads. */
export function keyOf(names: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, text]) =>
      text === null ? [] : [[name, text.length > 100 ? `${text.slice(0, 99)}…` : text]],
    ),
  )
}

/** Undefined: it is none. */
function metadataOf(cell: Cell | null): unknown {
  if (cell === null) return null
  try {
    const value: unknown = JSON.parse(cell.text)
    return typeof value === 'object' && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
