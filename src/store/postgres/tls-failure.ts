const UNTRUSTED =
  'Name its CA by sslrootcert=/path/to/ca.pem in the database URL, or to Node by NODE_EXTRA_CA_CERTS. sslmode=require ' +
  'checks it, too; sslmode=no-verify encrypts without a check, and anybody on the way can pose as the server'

const WRONG_NAME =
  'The TLS certificate of PostgreSQL is for another host than the one of the database URL. Use a name that the ' +
  'certificate holds, or have one made for this name'

const HANDSHAKE =
  'The TLS handshake with PostgreSQL failed. Check that the port is its own, the TLS versions of both sides, and ' +
  'whether it wants a client certificate (sslcert and sslkey in the database URL)'

/** What a person has to do about TLS, by the codes of Node (https://nodejs.org/api/tls.html#x509-certificate-error-codes) and our own. */
const EXPLANATIONS: ReadonlyMap<string, string> = new Map([
  [
    'SSL_UNSUPPORTED',
    'TLS is asked for, and this PostgreSQL server has none. Turn on ssl at the server, or write sslmode=disable ' +
      'into the database URL where the network is trusted',
  ],
  ['SSL_REFUSED', HANDSHAKE],
  ['EPROTO', HANDSHAKE],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', `The TLS certificate of PostgreSQL is self-signed. ${UNTRUSTED}`],
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_UNTRUSTED',
    'INVALID_CA',
  ].map(
    code =>
      [
        code,
        `The TLS certificate of PostgreSQL comes from a CA that Node does not know. ${UNTRUSTED}`,
      ] as const,
  ),
  ['ERR_TLS_CERT_ALTNAME_INVALID', WRONG_NAME],
  ['HOSTNAME_MISMATCH', WRONG_NAME],
  [
    'CERT_HAS_EXPIRED',
    'The TLS certificate of PostgreSQL has expired. Renew it, or set the clock of this machine right',
  ],
  [
    'CERT_NOT_YET_VALID',
    'The TLS certificate of PostgreSQL is not valid yet. Set the clocks of both machines right',
  ],
])

/** What went wrong with TLS, and what to do; null: it is no fault of TLS. */
export function explainTls(code: string): string | null {
  return EXPLANATIONS.get(code) ?? (code.startsWith('ERR_SSL_') ? HANDSHAKE : null)
}

// pg gives no codes to these; they are compared, never shown.
const WITHOUT_CODE: ReadonlyMap<unknown, string> = new Map([
  ['The server does not support SSL connections', 'SSL_UNSUPPORTED'],
  ['There was an error establishing an SSL connection', 'SSL_REFUSED'],
])

/** A code of ours for an error of pg that has none; null: not about TLS. */
export function tlsCodeOf(error: object): string | null {
  return WITHOUT_CODE.get('message' in error ? error.message : undefined) ?? null
}
