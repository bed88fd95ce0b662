create table evergrant_migrations (
  id integer not null,
  name text not null,
  applied_at timestamp with time zone not null default now(),
  constraint evergrant_migrations_pkey PRIMARY KEY (id)
);

create table oauth_flows (
  digest text not null,
  kind text not null,
  client_id text not null,
  provider text not null,
  issuer text,
  app_id text not null,
  redirect_uri text not null,
  user_digest text,
  binding_digest text not null,
  sealed text,
  details jsonb not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  consumed_at timestamp with time zone,
  outcome text,
  constraint oauth_flows_pkey PRIMARY KEY (digest)
);

CREATE INDEX oauth_flows_expiry_idx ON public.oauth_flows USING btree (expires_at);

CREATE INDEX oauth_flows_sealed_idx ON public.oauth_flows USING btree (expires_at) WHERE (sealed IS NOT NULL);

create table oauth_seed_owners (
  variable text not null,
  client_id text not null,
  created_at timestamp with time zone not null default now(),
  constraint oauth_seed_owners_pkey PRIMARY KEY (variable)
);

create table oauth_seed_uses (
  digest text not null,
  provider text not null,
  client_id text not null,
  state text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint oauth_seed_uses_pkey PRIMARY KEY (digest, provider)
);

create table oauth_token_events (
  id bigint not null generated always as identity,
  occurred_at timestamp with time zone not null,
  type text not null,
  client_id text not null,
  provider text not null,
  connection_id uuid not null,
  generation integer,
  reason text,
  constraint oauth_token_events_pkey PRIMARY KEY (id)
);

CREATE INDEX oauth_token_events_connection_idx ON public.oauth_token_events USING btree (client_id, provider, id);

create table oauth_token_keys (
  key_id text not null,
  proof text not null,
  created_at timestamp with time zone not null default now(),
  constraint oauth_token_keys_pkey PRIMARY KEY (key_id)
);

create table oauth_token_revocations (
  id uuid not null,
  client_id text not null,
  provider text not null,
  refresh_token text,
  metadata jsonb,
  requested_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  access_token text,
  attempts integer not null default 0,
  next_attempt_at timestamp with time zone,
  last_error text,
  constraint oauth_token_revocations_pkey PRIMARY KEY (id)
);

CREATE INDEX oauth_token_revocations_pending_idx ON public.oauth_token_revocations USING btree (client_id, provider) WHERE (revoked_at IS NULL);

create table oauth_tokens (
  id uuid not null default gen_random_uuid(),
  client_id text not null,
  provider text not null,
  access_token text,
  refresh_token text,
  token_expiry timestamp with time zone,
  scopes text,
  metadata jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  status text not null default 'active'::text,
  status_reason text,
  generation integer not null default 0,
  lifetime_ms bigint,
  refresh_at timestamp with time zone,
  lease_id text,
  lease_until timestamp with time zone,
  attempt_id text,
  app_id text,
  failure_count integer not null default 0,
  next_attempt_at timestamp with time zone,
  last_error text,
  last_refreshed_at timestamp with time zone,
  refresh_token_expiry timestamp with time zone,
  budget_until timestamp with time zone,
  rejected_at timestamp with time zone,
  account_digest text,
  constraint oauth_tokens_pkey PRIMARY KEY (id)
);

CREATE INDEX oauth_tokens_due_idx ON public.oauth_tokens USING btree (refresh_at) WHERE (status = ANY (ARRAY['active'::text, 'suspect'::text]));

CREATE UNIQUE INDEX oauth_tokens_client_id_provider_key ON public.oauth_tokens USING btree (client_id, provider);
