import type { Accounts } from '../accounts.ts'
import type { CalendarEventBody } from '../control.ts'
import type { RouteEnvironment } from '../route-environment.ts'

/** A server of each data centre, by which the control finds its calendars. */
const environments = new WeakMap<Accounts, RouteEnvironment>()

/** From now on the control knows this server. */
export function rememberCalendars(environment: RouteEnvironment): void {
  if (!environments.has(environment.accounts)) environments.set(environment.accounts, environment)
}

/** Every event of a data centre, and every instance that was changed. */
export async function calendarEventsOf(accounts: Accounts): Promise<readonly CalendarEventBody[]> {
  const environment = environments.get(accounts)
  if (environment === undefined) return []
  const { eventsOf } = await import('./state.ts')
  return eventsOf(environment)
}
