import type { Hono } from 'hono'
import type { RouteEnvironment, ZohoRoute } from '../route-environment.ts'
import { addBulkFiles } from './bulk/bulk-files.ts'
import { BulkReads } from './bulk/bulk-read.ts'
import { BulkWrites } from './bulk/bulk-write.ts'
import type { CrmOperation } from './call.ts'
import { coqlOperation } from './coql/coql-operation.ts'
import { SearchIndex } from './search/search-index.ts'
import { searchOperation } from './search/search-operation.ts'
import type { CrmState } from './state.ts'
import { Channels } from './watch/channels.ts'
import { Notifications } from './watch/notifications.ts'
import { watchOperations } from './watch/watch-operations.ts'

/**
 * Search, COQL, bulk jobs and subscriptions of one CRM: adds the routes of files, and gives the calls. They come before
 * the calls that take any module in their path.
 */
export function queryOperations(
  app: Hono<ZohoRoute>,
  state: CrmState,
  { clock, closing, url: apiUrl }: Pick<RouteEnvironment, 'clock' | 'closing' | 'url'>,
): readonly CrmOperation[] {
  const channels = new Channels(clock)
  new Notifications(state, channels, apiUrl, closing)
  const reads = new BulkReads({ state, closing })
  const writes = new BulkWrites({ state, closing }, apiUrl)
  addBulkFiles(app, state, reads, writes)
  return [
    searchOperation(new SearchIndex(state)),
    coqlOperation(),
    ...reads.operations(),
    ...writes.operations(),
    ...watchOperations({ channels, apiUrl }),
  ]
}
