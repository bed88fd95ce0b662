import type { Migration } from '../../migration.ts'

/** Makes the table of the encryption keys that the database needs. */
export const createTokenKeys: Migration = {
  id: 2,
  name: 'create-token-keys',
  statements: [
    `create table if not exists oauth_token_keys (
      key_id text primary key,
      proof text not null,
      created_at integer not null
    )`,
  ],
}
