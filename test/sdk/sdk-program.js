// Zoho's own SDK for Node, unmodified, as its documentation sets it up: a file store, the fields of modules kept in a
// folder. Its set-up is a static of the process, so it has a process of its own, which does what it is told.
import {
  Choice,
  Environment,
  FileStore,
  InitializeBuilder,
  OAuthBuilder,
  ParameterMap,
  Record as Records,
  SDKConfigBuilder,
} from '@zohocrm/nodejs-sdk-8.0'

const { url, directory, app, refreshToken, accessToken } = JSON.parse(process.argv[2])
const { BodyWrapper, RecordOperations } = Records

// Where the SDK has Zoho's addresses, this has ours. Nothing else differs from a set-up against Zoho.
const environment = new Environment(url, `${url}/oauth/v2/token`, url)
const store = new FileStore(`${directory}/tokens.csv`)
const builder = new OAuthBuilder()
  .clientId(app.clientId)
  .clientSecret(app.clientSecret)
  .refreshToken(refreshToken)
if (accessToken !== undefined) builder.accessToken(accessToken)
const token = builder.build()
const set = await new InitializeBuilder()
await set
  .environment(environment)
  .token(token)
  .store(store)
  .SDKConfig(new SDKConfigBuilder().autoRefreshFields(false).pickListValidation(true).build())
  .resourcePath(`${directory}/`)
  .initialize()

const leads = new RecordOperations('Leads')

const calls = {
  create: records => body(records).then(request => leads.createRecords(request)),
  get: id => leads.getRecord(BigInt(id)),
  list: async fields => leads.getRecords(await params(Records.GetRecordsParam.FIELDS, fields)),
  search: async criteria => leads.searchRecords(await params(Records.SearchRecordsParam.CRITERIA, criteria)),
  upsert: async (records, fields) => {
    const request = await body(records)
    request.setDuplicateCheckFields(fields)
    return leads.upsertRecords(request)
  },
  update: async (id, fields) => leads.updateRecord(BigInt(id), await body([fields])),
  delete: id => leads.deleteRecord(BigInt(id), new ParameterMap()),
}

const orders = {
  call: async (name, args) => plainAnswer(await calls[name](...args)),
  /** As many calls at once: what each of them came to. */
  callAtOnce: async (count, name, args) => {
    const all = await Promise.allSettled(Array.from({ length: count }, () => calls[name](...args)))
    return all.map(one =>
      one.status === 'fulfilled' ? plainAnswer(one.value) : { failed: plainError(one.reason) },
    )
  },
  /** Writes into the store that the access token is over, as it is after an hour. */
  expire: async () => {
    const row = await store.findTokenById(token.getId())
    row.setExpiresIn('1')
    await store.saveToken(row)
  },
  storedAccessToken: async () => (await store.findTokenById(token.getId())).getAccessToken(),
}

process.on('message', async ({ id, order, args }) => {
  try {
    process.send({ kind: 'done', id, value: await orders[order](...args) })
  } catch (error) {
    process.send({ kind: 'failed', id, error: plainError(error) })
  }
})
process.send({ kind: 'ready' })

async function body(records) {
  const request = new BodyWrapper()
  request.setData(await Promise.all(records.map(recordOf)))
  return request
}

async function recordOf(fields) {
  const record = new Records.Record()
  for (const [name, value] of Object.entries(fields)) {
    // A picklist's value has a class of its own.
    await record.addKeyValue(name, name === 'Lead_Status' ? new Choice(value) : value)
  }
  return record
}

async function params(param, value) {
  const map = new ParameterMap()
  await map.add(param, value)
  return map
}

function plainAnswer(response) {
  const object = response.getObject()
  return { ...plain(object), status: response.getStatusCode(), kind: object?.constructor.name ?? null }
}

function plainError(error) {
  return { code: String(error.code ?? error.name), message: String(error.message) }
}

/** As JSON would have it, by the SDK's own understanding of what it received. */
function plain(value) {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Choice) return value.getValue()
  if (value instanceof Map) return plain(Object.fromEntries(value))
  if (value instanceof Records.Record) return plain(value.getKeyValues())
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name]) => name !== 'keyModified')
  return Object.fromEntries(entries.map(([name, one]) => [name, plain(one)]))
}
