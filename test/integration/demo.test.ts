import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import { freshDatabase } from '../support/postgres.ts'
import type { Ended } from '../support/processes.ts'

const LINES = 10
const PATIENCE_MS = 120_000

const { run, start, directory, shown } = commandLine()
// What belongs to real accounts must not come near the demo.
const real = { ZOHO_REFRESH_TOKEN: 'c4n4ry-real', ZOHO_CLIENT_SECRET: 'c4n4ry-real', NODE_ENV: 'production' }

function expectStory({ code, stdout, stderr }: Ended): void {
  expect([code, stderr]).toEqual([0, ''])
  const told = stdout.split('\n').filter(line => /^ {2,3}\d{1,2} {2}/.test(line))
  expect(told).toHaveLength(LINES)
  for (const line of told) expect(line).toContain('✓')
  expect(stdout).toContain(`${LINES} of ${LINES} hold`)
  expect(stdout).not.toContain('c4n4ry')
  // 80 columns, but for the places of a test's directory and database.
  const tooWide = stdout.split('\n').filter(line => line.length > 80 && !/database|Look at it/.test(line))
  expect(tooWide).toEqual([])
}

/** Types the command that the demo has printed. */
function lookAtIt({ stdout }: Ended, env: NodeJS.ProcessEnv): string {
  const command = /Look at it: +(.*)$/m.exec(stdout)?.[1] ?? 'false'
  const looked = spawnSync(command, { shell: true, cwd: directory, encoding: 'utf8', env })
  expect(looked.stderr).toBe('')
  return looked.stdout
}

describe('on the embedded database', () => {
  test(
    'every line holds, twice, and the command at the end shows what is left',
    async () => {
      for (let time = 0; time < 2; time += 1) {
        // A key that was lost with the tokens of a demo is no loss.
        rmSync(join(directory, '.evergrant/demo/evergrant.db.key'), { force: true })
        const ended = await run(['demo', '--once'], { env: real })
        expectStory(ended)
        expect(lookAtIt(ended, { PATH: process.env.PATH })).toMatch(
          /^smart-tax-nation {2}zoho_crm +active {2}59 min/m,
        )
      }
      expect(shown.seen().some(args => args.some(text => text.endsWith('demo/worker.js')))).toBe(true)
      expect(readdirSync(directory)).toEqual(['.evergrant'])
      // What a service stores there later, with its key, stays out of repositories, too.
      expect(readdirSync(join(directory, '.evergrant')).sort()).toEqual(['.gitignore', 'demo'])
      expect(statSync(join(directory, '.evergrant/demo')).mode & 0o777).toBe(0o700)
    },
    PATIENCE_MS,
  )

  test('Ctrl-C ends it at any time, with every process that it had started', async () => {
    const child = start(['demo'])
    const said = await printed(child, '3  ✓')
    const children = childrenOf(child.pid ?? 0)
    expect(children.length).toBe(5)
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    expect(code).toBe(130)
    expect(said()).not.toContain('✗')
    await expect.poll(() => children.filter(isRunning)).toEqual([])
  })

  test('a second one is refused while one is running', async () => {
    const first = start(['demo'])
    await printed(first, 'a local Zoho')
    const second = await run(['demo'])
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('Another demo is running') })
    first.kill('SIGTERM')
    const [code] = await once(first, 'exit')
    expect(code).toBe(143)
  })

  test.each([
    ['of another kind', 'mysql://u:c4n4ry@h/d', /error \[INVALID_INPUT\] DATABASE_URL must begin with/],
    [
      'that cannot be read',
      'postgres://u:c4n4ry@h:x/d',
      /error \[INVALID_INPUT\] The database URL cannot be/,
    ],
  ])('a DATABASE_URL %s is refused, not passed over', async (_, url, complaint) => {
    const { code, stdout, stderr } = await run(['demo', '--once'], { env: { DATABASE_URL: url } })
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(complaint)])
    expect(stdout + stderr).not.toContain('c4n4ry')
    expect(stdout).not.toContain('✓')
  })

  test('a SQLite file in DATABASE_URL is left alone, and the first lines say so', async () => {
    expect(await beginningOf({ DATABASE_URL: 'file:mine.db' })).toMatch(
      /database {2}SQLite in .*demo.*\n +What DATABASE_URL names is left alone/,
    )
    expect(existsSync(join(directory, 'mine.db'))).toBe(false)
  })

  test('it takes no --schema: it has its own', async () => {
    expect(await run(['demo', '--schema', 'public'])).toMatchObject({ code: 2 })
  })
})

describe('on PostgreSQL', async () => {
  const database = await freshDatabase()

  test('the first lines say what it makes there, and how to be rid of it', async () => {
    const [head = ''] = (await beginningOf({ DATABASE_URL: database.url })).split('1  ✓')
    expect(head).toMatch(/database {2}PostgreSQL at 127\.0\.0\.1:\d+\/\w+, by DATABASE_URL\n/)
    expect(head).toContain('It makes the schema evergrant_demo, and touches nothing else there.\n')
    const removal = /To remove it: (.*)$/m.exec(head)?.[1] ?? ''
    await database.query(removal)
    const left = await database.query(`select from pg_namespace where nspname = 'evergrant_demo'`)
    expect(left).toEqual([])
  })

  test(
    'every line holds, and nothing is touched outside its schema',
    async () => {
      await database.query('create table oauth_tokens (precious text)')
      const env = { ...real, DATABASE_URL: database.url }
      const ended = await run(['demo', '--json'], { env })
      expect([ended.code, ended.stderr]).toEqual([0, ''])
      const document = JSON.parse(ended.stdout)
      expect(document).toMatchObject({
        holds: true,
        schema: 'evergrant_demo',
        database: { kind: 'postgres' },
      })
      expect(document.lines).toHaveLength(LINES)
      expect(ended.stdout).not.toContain(new URL(database.url).password)

      const looked = lookAtIt(
        { ...ended, stdout: `Look at it: ${document.lookWith}` },
        { ...process.env, ...env },
      )
      expect(looked).toMatch(/^smart-tax-nation {2}zoho_crm +active {2}59 min/m)
      const tables = await database.query(
        `select table_schema, column_name from information_schema.columns
        where table_name = 'oauth_tokens' and column_name in ('precious', 'access_token') order by 1`,
      )
      expect(tables).toEqual([
        { table_schema: 'evergrant_demo', column_name: 'access_token' },
        { table_schema: 'public', column_name: 'precious' },
      ])
      const [row] = await database.query(
        'select access_token, refresh_token from evergrant_demo.oauth_tokens',
      )
      expect(row).toEqual({
        access_token: expect.stringMatching(/^eg1\./),
        refresh_token: expect.stringMatching(/^eg1\./),
      })
    },
    PATIENCE_MS,
  )
})

/** Waits until a demo has printed `text`. Gives what it has printed so far, whenever it is asked. */
async function printed(child: ReturnType<typeof start>, text: string): Promise<() => string> {
  let all = ''
  child.stdout.setEncoding('utf8').on('data', more => {
    all += more
  })
  await expect.poll(() => all).toContain(text)
  return () => all
}

/** What a demo prints until its first line holds. */
async function beginningOf(env: Readonly<Record<string, string>>): Promise<string> {
  const child = start(['demo'], { env })
  const said = await printed(child, '1  ✓')
  child.kill('SIGTERM')
  await once(child, 'exit')
  return said()
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => statusOf(pid)?.includes(`\nPPid:\t${parent}\n`))
}

function isRunning(pid: number): boolean {
  return statusOf(pid) !== null
}

function statusOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return null
  }
}
