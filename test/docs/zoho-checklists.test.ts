import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isTest, readSources } from '../architecture/source.ts'
import { projectDirectory } from '../support/project.ts'
import { rowsOf } from './markdown.ts'
import { titlesIn } from './test-titles.ts'

/** What a local Zoho has to do, by list; a title that shows an item begins with `checklist <list>: <item>`. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'oauth §12': [
    'redirect with location/accounts-server',
    'several DCs on different ports',
    'per-DC secrets',
    'code single-use and TTL',
    'consent memory (refresh token only first time unless prompt=consent)',
    '20/10 caps with oldest-eviction',
    '10-per-10-min throttle → HTTP 400 body above (switch: 200, localized text)',
    'all error codes with HTTP 200',
    'query/body/multipart/Basic input',
    'expires_in_sec legacy switch',
    'optional rotation',
    'revoke both endpoints',
    'serverinfo',
    'user/info',
    'HTML error page for bad paths',
    'narrower-than-requested scope switch',
  ],
  'crm §15': [
    '204 for empties',
    'string ids',
    'fields mandatory ≤50',
    'page ≤2000 rule and page_token binding/expiry',
    '100-record limit',
    '201/207/400 with a legacy-202 switch',
    'per-record json_path',
    'upsert duplicate rules',
    'DUPLICATE_DATA with duplicate_record',
    'scope matching incl. search and COQL double scopes',
    'INVALID_TOKEN vs AUTHENTICATION_FAILURE',
    'token-to-DC and environment binding',
    '429 for concurrency and credits with X-API-CREDITS-REMAINING ≥50 %',
    'search-index delay switch',
    'If-Modified-Since 304',
    'If-Unmodified-Since 412',
    'minimal COQL (select/where/limit)',
    'bulk job state machine',
    'watch with callback delivery and 1-hour default expiry',
  ],
  'calendar §7': [
    'query/form eventdata',
    'reject JSON body with LESS_THAN_MIN_OCCURANCE',
    'reject unknown params',
    '31-day check',
    'etag bump on every write, required on PUT (in eventdata) and DELETE (header or eventdata)',
    'full-replace PUT',
    'reject response-only keys',
    'json+large gating of description',
    'times rendered with offset of the event zone',
    'recurring expansion with byinstance',
    'empty → {} switch',
    'freebusy fb_not_enabled',
    'scope checks per verb',
    'DC check of the token',
  ],
}

const page = readFileSync(join(projectDirectory, 'docs/zoho.md'), 'utf8')
const rows = rowsOf(page, ['list', 'item', 'shown by']).map(([list = '', item = '', shownBy = '']) => ({
  list,
  item: item.replaceAll('`', ''),
  files: [...shownBy.matchAll(/\]\(\.\.\/(?<path>[^)]+)\)/g)].map(({ groups }) => groups?.path ?? ''),
}))
const titles = readSources('src', 'test')
  .filter(isTest)
  .flatMap(({ path, text }) => [...titlesIn(text)].map(title => ({ path, title: title.replaceAll('`', '') })))

/** The files of the tests whose title names the item. */
function filesOf(list: string, item: string): readonly string[] {
  const head = `checklist ${list}: ${item}`
  const named = titles.filter(({ title }) => title === head || title.startsWith(`${head} — `))
  return [...new Set(named.map(({ path }) => path))].sort()
}

describe('the checklists of the local Zoho', () => {
  test('each item is in the table once, in its order', () => {
    const items = Object.entries(LISTS).flatMap(([list, names]) => names.map(item => [list, item]))
    expect(rows.map(({ list, item }) => [list, item])).toEqual(items)
  })

  test('each item is named by tests, in the files that the table links', () => {
    expect(rows.map(({ list, item, files }) => [list, item, files])).toEqual(
      rows.map(({ list, item }) => [list, item, filesOf(list, item)]),
    )
    expect(rows.filter(({ files }) => files.length === 0)).toEqual([])
  })

  test('no test names an item that no list has', () => {
    const heads = Object.entries(LISTS).flatMap(([list, names]) =>
      names.map(item => `checklist ${list}: ${item}`),
    )
    const foreign = titles.filter(
      ({ title }) =>
        /^checklist \S+ §\d+: /.test(title) &&
        !heads.some(head => title === head || title.startsWith(`${head} — `)),
    )
    expect(foreign.filter(({ title }) => !title.startsWith('checklist oauth §11'))).toEqual([])
  })
})
