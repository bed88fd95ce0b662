import { promises as dns, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { NOT_PUBLIC } from '../ports/transport.ts'
import { isPublicAddress } from './public-address.ts'

/** Finds the addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

/** As the machine does it for all programs: its files, its servers. */
export const systemResolve: Resolve = hostname => dns.lookup(hostname, { all: true })

// Names for use in one network alone (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal), and where clouds keep
// credentials. What they lead to is checked as well; they are not even looked up.
const LOCAL_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa', 'metadata.goog'] as const

/** Whether the host of a URL can be a public one, before anybody is asked: `[::1]`, `10.0.0.1`, `intranet` cannot. */
export function mayBePublic(hostname: string): boolean {
  const name = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  if (isIP(name) !== 0) return isPublicAddress(name)
  const isLocal = LOCAL_SUFFIXES.some(suffix => name === suffix || name.endsWith(`.${suffix}`))
  return name.includes('.') && !isLocal
}

/**
 * The `lookup` of connections that go to public addresses only. A name is resolved once, and what was checked is what
 * is connected to. One address that is not public spoils them all: a public server has none.
 */
export function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      found => {
        const [first] = found
        const isPublic = first !== undefined && found.every(({ address }) => isPublicAddress(address))
        if (!isPublic) callback(notPublic(), '', 0)
        else if (options.all) callback(null, [...found])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

function notPublic(): NodeJS.ErrnoException {
  return Object.assign(new Error('The name leads to an address that is not public.'), { code: NOT_PUBLIC })
}
