import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Of this process, as far as it decides which browser there is. */
export interface BrowserMachine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A program and what it is given: never a line for a shell. */
export interface BrowserCall {
  readonly program: string
  readonly args: readonly string[]
}

/** What a browser has no use for: it lives longer than this command, and everything that it starts would have it too. */
const SECRET_VARIABLE = /SECRET|TOKEN|PASS|KEY|CREDENTIAL|^EVERGRANT_|^ZOHO_|DATABASE_URL|_SOURCE_URL$|^PG/i

/**
 * How the system's browser is opened: `BROWSER`, which names one program, else what the system has for it. Null: the
 * address is none for a browser, or there is no screen.
 */
export function browserCall(address: string, { platform, env }: BrowserMachine): BrowserCall | null {
  const url = webAddress(address)
  if (url === null) return null
  const own = env.BROWSER?.trim()
  if (own !== undefined && own !== '') return { program: own, args: [url] }
  switch (platform) {
    case 'darwin':
      return { program: '/usr/bin/open', args: [url] }
    case 'win32':
      return {
        program: `${env.SystemRoot ?? 'C:\\Windows'}\\System32\\rundll32.exe`,
        args: ['url.dll,FileProtocolHandler', url],
      }
    default:
      return env.DISPLAY || env.WAYLAND_DISPLAY ? { program: 'xdg-open', args: [url] } : null
  }
}

/** What is left of the environment for it. */
export function browserEnvironment(env: BrowserMachine['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_VARIABLE.test(name)))
}

/** Opens the browser, and does not wait for it. False: it could not be opened, as far as that shows. */
export async function openBrowser(
  address: string,
  machine: BrowserMachine = { platform: process.platform, env: process.env },
): Promise<boolean> {
  const call = browserCall(address, machine)
  if (call === null) return false
  try {
    const child = spawn(call.program, call.args, {
      detached: true,
      stdio: 'ignore',
      env: browserEnvironment(machine.env),
    })
    child.unref()
    const [code] = await once(child, 'exit')
    return code === 0
  } catch {
    return false
  }
}

/** An address of the web in the spelling of the URL standard, which has no character that ends an argument. Null: none. */
function webAddress(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { protocol, username, password, href } = new URL(address)
  const isWeb = (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
  return isWeb && /^[\x21-\x7e]+$/.test(href) && !/["'`\\^<>|]/.test(href) ? href : null
}
