import { localZohoApp, startLocalZoho } from 'evergrant/testing'
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
  const server = await startLocalZoho({ port: parsePort(textOption(invocation, 'port')) })
  const { url } = server
  const variables = {
    ZOHO_ACCOUNTS_SERVER: url,
    ZOHO_CLIENT_ID: localZohoApp.clientId,
    ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
  }
  output.report({ url, variables }, [
    `A Zoho of your own is at ${url}. Its accounts are made up, and gone when it ends.`,
    'In another terminal:',
    ...Object.entries(variables).map(([name, value]) => `  export ${name}=${value}`),
    `  ${ownName()} connect try-out zoho_crm --scopes ZohoCRM.modules.ALL`,
  ])
  output.progress('Ctrl-C ends it.')
  await ended
  output.progress('')
  await server.close()
  return EXIT.done
}
