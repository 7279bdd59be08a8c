-- Credentials of a run in a file: BigQuery's own clients exchange them for tokens by themselves.

create table run_credentials (
    run_id      text primary key references runs (id),
    secret_hash text not null unique,               -- SHA-256; the secret is kept nowhere
    issued_at   integer not null                    -- those handed out before count no longer
) strict;

-- Tokens that clients hold beside the one that the run was opened with; several may be in use at once.
create table exchanged_tokens (
    token_hash text primary key,                    -- SHA-256, as in runs
    run_id     text not null references runs (id),
    expires_at integer not null
) strict;
create index exchanged_tokens_by_run on exchanged_tokens (run_id, expires_at);
