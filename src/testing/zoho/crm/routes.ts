import type { Hono } from 'hono'
import { responseOf } from '../answer.ts'
import type { RouteEnvironment, ZohoRoute } from '../route-environment.ts'
import { refusal } from './answers.ts'
import type { CrmOperation } from './call.ts'
import { metadataOperations } from './metadata-operations.ts'
import { addOperation } from './operation-route.ts'
import { organizationOperations } from './organization-operations.ts'
import { queryOperations } from './query-operations.ts'
import { recordListOperations } from './record-list-operations.ts'
import { recordOperations } from './record-operations.ts'
import { relatedOperations } from './related-operations.ts'
import { seedCrm } from './seed.ts'
import { type CrmPlace, CrmState } from './state.ts'

/** The calls for records. The first that fits answers: fixed words come before `:id`. */
const forRecords: readonly CrmOperation[] = [
  ...metadataOperations,
  ...organizationOperations,
  ...recordListOperations,
  ...recordOperations,
  ...relatedOperations,
]

/** Adds Zoho CRM v8 for one environment of one data centre, with a state of its own. */
export function addCrmRoutes(app: Hono<ZohoRoute>, environment: CrmPlace & RouteEnvironment): void {
  const state = new CrmState(environment)
  if (environment.accounts.seedDemoData) seedCrm(state)
  const operations = [...queryOperations(app, state, environment), ...forRecords]
  for (const operation of operations) addOperation(app, state, operation, environment)
  const paths = new Set(operations.map(({ path }) => path))
  app.on(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], [...paths], ({ var: { line } }) => {
    line.note({ outcome: 'INVALID_REQUEST_METHOD' })
    const message = 'The http request method type is not a valid one'
    return responseOf(refusal(400, 'INVALID_REQUEST_METHOD', message))
  })
  app.all('/crm/*', ({ var: { line } }) => {
    line.note({ outcome: 'INVALID_URL_PATTERN' })
    const message = 'Please check if the URL trying to access is a correct one'
    return responseOf(refusal(404, 'INVALID_URL_PATTERN', message))
  })
}
