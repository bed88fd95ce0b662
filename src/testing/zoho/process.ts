import { controlRoutes } from './control-routes.ts'
import { start } from './server.ts'
import type { LocalZohoOptions } from './settings.ts'

/*
 * A local Zoho as a process of its own: `node dist/testing/zoho/process.js`. It prints one JSON line when it is
 * ready, with its URLs, or when it is not, with the error, and is controlled over `/_control/*`. Started by
 * `forkLocalZoho`, it first waits for its options and ends with its parent, however that ends; started by hand,
 * it takes the defaults.
 */
try {
  const { url, urls, environmentUrls, port } = await start(await optionsFromParent(), controlRoutes)
  print({ url, urls, environmentUrls, port })
} catch (error) {
  print({ error: error instanceof Error ? error.message : 'unknown' })
  process.exitCode = 1
  if (process.connected) process.disconnect()
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function optionsFromParent(): Promise<LocalZohoOptions> {
  if (!process.connected) return Promise.resolve({})
  process.once('disconnect', () => process.exit())
  // The parent is `forkLocalZoho` of this package: it sends nothing but options.
  return new Promise(resolve => process.once('message', message => resolve(message as LocalZohoOptions)))
}
