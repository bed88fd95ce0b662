import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type LocalZoho, localZohoApp } from 'evergrant/testing'

const worker = fileURLToPath(new URL('./herd-worker.js', import.meta.url))

/** Encryption keys of all processes of a herd. */
export const HERD_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`

/** The connection that all callers ask for. */
export const HERD_CLIENT = 'smart-tax-nation'
export const HERD_PROVIDER = 'zoho_crm'

/** What one process of a herd saw. */
export interface Done {
  readonly tokens: readonly string[]
  readonly answered: number
  readonly failures: readonly string[]
}

export interface HerdOptions {
  readonly database: string
  readonly zoho: Pick<LocalZoho, 'url'>
  readonly processes: number
  /** In each process. */
  readonly callers: number
  /** Settings of the provider beside its app and its server. */
  readonly settings?: object
  /** What still has to be, once every process has opened its service and before the first of them asks. */
  readonly ready?: () => Promise<void>
}

/** Starts back-end processes that all ask for one connection's access token at the same moment. */
export async function herd({
  database,
  zoho,
  processes,
  callers,
  settings = {},
  ready,
}: HerdOptions): Promise<readonly Done[]> {
  const options = {
    database,
    encryptionKeys: HERD_KEYS,
    clientId: HERD_CLIENT,
    provider: HERD_PROVIDER,
    accountsServer: zoho.url,
    app: localZohoApp,
    settings,
    callers,
  }
  const children = Array.from({ length: processes }, () => fork(worker, [JSON.stringify(options)]))
  try {
    await Promise.all(children.map(child => messageOf(child)))
    await ready?.()
    const done = children.map(child => messageOf(child))
    for (const child of children) child.send('go')
    return (await Promise.all(done)) as Done[]
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill()
  }
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [{ failures: [`exit code ${code}`], tokens: [], answered: 0 }]),
  ])
  return message
}
