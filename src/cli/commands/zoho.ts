import { type LocalZohoUser, localZohoApp, localZohoUser, startLocalZoho } from 'evergrant/testing'
import { parsePort } from '../connect/loopback-place.ts'
import { EXIT } from '../failure.ts'
import { type Invocation, textOption } from '../invocation.ts'
import { ownName } from '../own-name.ts'

/** Runs a local Zoho until it is ended, and says how to connect an account there. */
export async function zoho(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const ended = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve())
  })
  const locations = (textOption(invocation, 'locations') ?? 'us').split(',').map(name => name.trim())
  const port = parsePort(textOption(invocation, 'port'))
  const server = await startLocalZoho({ port, locations, users: locations.map(userAt) })
  const { url, urls } = server
  const app = { ZOHO_CLIENT_ID: localZohoApp.clientId, ZOHO_CLIENT_SECRET: localZohoApp.clientSecret }
  // One server stands for all data centres where it is in the environment; several stand in a file.
  const isOne = locations.length === 1
  const variables = isOne ? { ZOHO_ACCOUNTS_SERVER: url, ...app } : app
  output.report({ url, urls, variables }, [
    isOne ? `A Zoho of your own is at ${url}.` : 'A Zoho of your own is at',
    ...(isOne ? [] : Object.entries(urls).map(([location, at]) => `  ${at}  ${location}`)),
    'Its accounts are made up, and gone when it ends.',
    ...(isOne ? [] : ['Put this into the file zoho.mjs:', ...fileOf(urls).map(line => `  ${line}`)]),
    'In another terminal:',
    ...Object.entries(variables).map(([name, value]) => `  export ${name}=${value}`),
    `  ${ownName()} connect try-out zoho_crm --scopes ZohoCRM.modules.ALL${isOne ? '' : ' --config zoho.mjs'}`,
  ])
  output.progress('Ctrl-C ends it.')
  await ended
  output.progress('')
  await server.close()
  return EXIT.done
}

/** The usual user at the first data centre, and somebody at each other one. */
function userAt(location: string, index: number): LocalZohoUser {
  if (index === 0) return { ...localZohoUser, location }
  const zuid = String(Number(localZohoUser.zuid) + index)
  return { ...localZohoUser, zuid, email: `ada.${location}@example.com`, location }
}

/** A config file that names the server of each data centre. */
function fileOf(urls: Readonly<Record<string, string>>): readonly string[] {
  return [
    'const accountsServer = {',
    ...Object.entries(urls).map(([location, url]) => `  ${location}: '${url}',`),
    '}',
    'export const providers = {',
    '  zoho_crm: { accountsServer },',
    '  zoho_calendar: { accountsServer },',
    '}',
  ]
}
