import { InvalidInputError } from '../../errors.ts'
import type { Accounts } from './accounts.ts'
import { calendarEventsOf } from './calendar/every-event.ts'
import type { CodeRequest, GrantRequest, IssuedGrant, LocalZohoControl } from './control.ts'
import { statesOf } from './crm/state.ts'
import type { DataCentres } from './data-centres.ts'
import type { Grant } from './grants.ts'
import { changedSettings } from './settings.ts'
import { lifetimeSeconds } from './token-answer.ts'

const defaultScopes = ['ZohoCRM.modules.ALL'] as const

/** The control of data centres that are in this process. */
export function controlOf(centres: DataCentres): LocalZohoControl {
  const { all, faults, ledger } = centres
  return {
    issueGrant: async request => issueGrant(centres, request),
    issueCode: async request => issueCode(centres, request),
    approveDevice: async (userCode, user) =>
      centres.devices.decide(userCode, { kind: 'approved', user: centres.user(user) }),
    refuseDevice: async userCode => centres.devices.decide(userCode, { kind: 'refused' }),
    revokeGrant: async refreshToken => all.some(({ grants }) => grants.revoke(refreshToken)),
    killAccessToken: async accessToken => all.some(({ accessTokens }) => accessTokens.end(accessToken)),
    stateOf: async refreshToken => {
      const states = all.map(({ grants }) => grants.stateOf(refreshToken))
      return states.find(state => state !== 'unknown') ?? 'unknown'
    },
    fault: async (fault, scope) => faults.add(fault, scope),
    clearFaults: async () => faults.clear(),
    configure: async changes => {
      centres.settings = changedSettings(centres.settings, changes)
    },
    ledger: async () => ledger.entries.map(entry => ({ ...entry })),
    summary: async () => ledger.summary(),
    clearLedger: async () => ledger.clear(),
    calendarEvents: async () => (await Promise.all(all.map(calendarEventsOf))).flat(),
    crmRecords: async module => all.flatMap(statesOf).flatMap(({ store }) => store.all(module)),
  }
}

function issueGrant(centres: DataCentres, request: GrantRequest = {}): IssuedGrant {
  const { accounts, ...owner } = ownerOf(centres, request)
  const { accessTokens, grants, settings } = accounts
  const { grant, refreshToken } = grants.create(owner, settings)
  const accessToken = accessTokens.issue({ ...owner, grant: grant.id }, settings)
  return {
    accessToken,
    refreshToken,
    expiresIn: lifetimeSeconds(settings),
    scopes: owner.scopes,
    metadata: { api_domain: accounts.apiDomain(owner.environment) },
  }
}

function issueCode(centres: DataCentres, request: CodeRequest = {}): string {
  const { offline = true, redirectUri = null, lifetimeMs } = request
  const { accounts, ...owner } = ownerOf(centres, request)
  return accounts.codes.issue(
    { ...owner, offline, promptsConsent: true, redirectUri, challenge: null },
    lifetimeMs ?? accounts.settings.codeLifetimeMs,
  )
}

/** Who is to grant what to which app, and where: at the user's own data centre. */
function ownerOf(
  centres: DataCentres,
  { app, user, scopes = defaultScopes, environment = 'production' }: GrantRequest,
): Omit<Grant, 'id'> & { readonly accounts: Accounts } {
  const accounts = centres.ofUser(user)
  if (!centres.environments.includes(environment)) {
    throw new InvalidInputError(
      `The local Zoho has no environment ${environment}; name it among its environments.`,
    )
  }
  const { clientId } = accounts.app(app)
  return { accounts, app: clientId, user: centres.user(user).email, scopes, environment }
}
