import type { RouteEnvironment } from '../route-environment.ts'
import type { CrmOperation } from './call.ts'
import { coqlOperation } from './coql/coql-operation.ts'
import { SearchIndex } from './search/search-index.ts'
import { searchOperation } from './search/search-operation.ts'
import type { CrmState } from './state.ts'
import { Channels } from './watch/channels.ts'
import { Notifications } from './watch/notifications.ts'
import { watchOperations } from './watch/watch-operations.ts'

/** Search, COQL and subscriptions of one CRM. They come before the calls that take any module in their path. */
export function queryOperations(
  state: CrmState,
  { clock, closing, url: apiUrl }: Pick<RouteEnvironment, 'clock' | 'closing' | 'url'>,
): readonly CrmOperation[] {
  const channels = new Channels(clock)
  new Notifications(state, channels, apiUrl, closing)
  return [searchOperation(new SearchIndex(state)), coqlOperation(), ...watchOperations({ channels, apiUrl })]
}
