import { InvalidInputError } from '../../errors.ts'

const EXAMPLE = 'It looks like postgres://user:password@host:5432/name'
/** For a URL that neither we nor pg can read. */
export const UNREADABLE_URL: string =
  `The database URL cannot be read. ${EXAMPLE}, with special characters of the password percent-encoded: ` +
  '# as %23, / as %2F, ? as %3F, @ as %40, % as %25.'

const TLS_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['sslmode', ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']],
  ['sslnegotiation', ['postgres', 'direct']],
])

/**
 * Refuses a URL that pg would misread: a password that is cut off at a special character would send the rest of
 * it to a name server, as the name of a host.
 * @throws InvalidInputError quotes nothing of the URL
 */
export function checkPostgresUrl(url: string): void {
  const { authority, path, query, fragment } = partsOf(url)
  if (fragment !== '') {
    throw new InvalidInputError(
      'The database URL has a # in it, and what follows would be cut off. In a user name or password write it as %23.',
    )
  }
  if (isCut(authority, path, query)) {
    throw new InvalidInputError(
      'The database URL has a / or ? in its user name or password, which ends there. ' +
        'Percent-encode it: / as %2F, ? as %3F.',
    )
  }
  if (authority.slice(authority.lastIndexOf('@') + 1).includes(',')) {
    throw new InvalidInputError(
      'The database URL names several hosts, and pg takes one. Name the primary, or a pooler in front of them.',
    )
  }
  // Without a host pg takes its default.
  const parsed = [url, url.replace('@/', '@localhost/')].find(text => URL.canParse(text))
  if (parsed === undefined) throw new InvalidInputError(UNREADABLE_URL)
  checkTls(new URL(parsed).searchParams)
}

function partsOf(url: string): Record<'authority' | 'path' | 'query' | 'fragment', string> {
  const parts = /^[a-z+]+:\/\/(?<authority>[^/?#]*)(?<path>[^?#]*)(?<query>[^#]*)(?<fragment>.*)$/is.exec(url)
  if (parts === null) {
    throw new InvalidInputError(`The database URL lacks the // after its scheme. ${EXAMPLE}.`)
  }
  const { authority = '', path = '', query = '', fragment = '' } = parts.groups ?? {}
  return { authority, path, query, fragment }
}

// An @ behind the place where the authority seems to end. One may stand in a database name and in parameters.
function isCut(authority: string, path: string, query: string): boolean {
  const credentialsAhead = authority.includes(':') && !authority.includes('@')
  if (/@.*\//.test(path) || (credentialsAhead && path.includes('@'))) return true
  return credentialsAhead && (path === '' ? query.includes('@') : /^\?[^=]*@/.test(query))
}

function checkTls(parameters: URLSearchParams): void {
  for (const [name, known] of TLS_PARAMETERS) {
    const value = parameters.get(name)
    if (value === null || known.includes(value)) continue
    throw new InvalidInputError(
      `The database URL has an ${name} that pg does not know. There are: ${known.join(', ')}.`,
    )
  }
  const isLibpq = parameters.get('uselibpqcompat') === 'true'
  if (isLibpq && parameters.get('sslmode') === 'verify-ca' && !parameters.get('sslrootcert')) {
    throw new InvalidInputError(
      'The database URL has sslmode=verify-ca without a CA to verify by. Add sslrootcert=/path/to/ca.pem, or write verify-full.',
    )
  }
}
