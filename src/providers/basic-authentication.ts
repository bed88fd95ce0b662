import type { ClientAuth } from 'oauth4webapi'

/**
 * A client that proves itself by HTTP Basic: id and secret are form-encoded first (RFC 6749 §2.3.1 and appendix B).
 * Exactly that and no more: `-`, `.`, `_` and `*` stay as they are. `oauth4webapi` encodes them too, and the many
 * servers that do not decode what they get then refuse an id like `back-end.example`.
 */
export function clientSecretBasic(secret: string): ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${formEncoded(client.client_id)}:${formEncoded(secret)}`)}`)
  }
}

// As the value of a field without a name.
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice('='.length)
}
