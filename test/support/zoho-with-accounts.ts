import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectDirectory } from './project.ts'

/** Writes a config file whose Zoho tells the user of a new token, so that another account is known as one. */
export function zohoWithAccounts(directory: string, url: string): readonly string[] {
  const providers = JSON.stringify(join(projectDirectory, 'dist/providers/index.js'))
  writeFileSync(
    join(directory, 'accounts.mjs'),
    `import { zohoCrm } from ${providers}
    const profile = zohoCrm({ accountsServer: '${url}', allowHosts: ['${new URL(url).host}'] })
    const account = { kind: 'request', url: '${url}/oauth/user/info', member: 'ZUID' }
    export const providers = { zoho_crm: { profile: { ...profile, account } } }`,
  )
  return ['--config', 'accounts.mjs']
}
