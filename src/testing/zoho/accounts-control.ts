import type { Accounts } from './accounts.ts'
import { calendarEventsOf } from './calendar/every-event.ts'
import type { CodeRequest, GrantRequest, IssuedGrant, LocalZohoControl } from './control.ts'
import { statesOf } from './crm/state.ts'
import { changedSettings } from './settings.ts'
import { lifetimeSeconds } from './token-endpoint.ts'

const defaultScopes = ['ZohoCRM.modules.ALL'] as const

/** The control of accounts that live in this process. */
export function controlOf(accounts: Accounts): LocalZohoControl {
  const { accessTokens, faults, grants, ledger } = accounts
  return {
    issueGrant: async request => issueGrant(accounts, request),
    issueCode: async request => issueCode(accounts, request),
    revokeGrant: async refreshToken => grants.revoke(refreshToken),
    killAccessToken: async accessToken => accessTokens.end(accessToken),
    stateOf: async refreshToken => grants.stateOf(refreshToken),
    fault: async (fault, scope) => faults.add(fault, scope),
    clearFaults: async () => faults.clear(),
    configure: async changes => {
      accounts.settings = changedSettings(accounts.settings, changes)
    },
    ledger: async () => ledger.entries.map(entry => ({ ...entry })),
    summary: async () => ledger.summary(),
    clearLedger: async () => ledger.clear(),
    calendarEvents: async () => calendarEventsOf(accounts),
    crmRecords: async module => statesOf(accounts).flatMap(({ store }) => store.all(module)),
  }
}

function issueGrant(
  accounts: Accounts,
  { app, user, scopes = defaultScopes }: GrantRequest = {},
): IssuedGrant {
  const { accessTokens, grants, settings } = accounts
  const owner = { app: accounts.app(app).clientId, user: accounts.user(user).email, scopes }
  const { grant, refreshToken } = grants.create(owner, settings)
  const accessToken = accessTokens.issue({ grant: grant.id, user: owner.user, scopes }, settings)
  return {
    accessToken,
    refreshToken,
    expiresIn: lifetimeSeconds(settings),
    scopes,
    metadata: { api_domain: settings.apiDomain },
  }
}

function issueCode(accounts: Accounts, request: CodeRequest = {}): string {
  const { app, user, scopes = defaultScopes, offline = true, redirectUri = null } = request
  const owner = { app: accounts.app(app).clientId, user: accounts.user(user).email }
  return accounts.codes.issue(
    { ...owner, scopes, offline, redirectUri, challenge: null },
    accounts.settings.codeLifetimeMs,
  )
}
