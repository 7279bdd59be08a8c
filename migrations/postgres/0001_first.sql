-- The first schema. Times are UTC microseconds; ids carry their prefix; flags are 0 or 1.

create table people (
    id                text primary key,             -- per_…
    issuer            text not null,                -- the identity provider
    subject           text not null,                -- its name for the person; with issuer the identity
    name              text not null,                -- display only
    email             text not null,                -- display and mail only, never identity
    groups            text not null,                -- JSON array, as of the last sign-in
    roles             text not null,                -- JSON array, as of the last sign-in
    created_at        bigint not null,
    last_signed_in_at bigint not null,
    unique (issuer, subject)
);

create table browser_sessions (
    id_hash    text primary key,                    -- SHA-256 of the cookie's value; the value is kept nowhere
    data       text not null,                       -- the session's content, JSON
    expires_at bigint not null
);

create table agents (
    id            text primary key,                 -- agt_…
    name          text not null unique,
    owner_id      text not null references people (id),
    purpose       text not null,
    expires_at    bigint not null,                  -- at most 92 days after created_at
    registered_by text not null references people (id),
    created_at    bigint not null,
    revoked_at    bigint,
    revoked_by    text references people (id),
    revoke_reason text,
    check (expires_at > created_at and expires_at <= created_at + 92 * 86400000000)
);

create table grants (
    id         text primary key,                    -- grt_…
    agent_id   text not null references agents (id),
    privilege  text not null check (privilege in ('read', 'write')),
    resource   text not null,                       -- project.dataset.table pattern
    until      bigint not null,
    granted_by text not null references people (id),
    created_at bigint not null,
    revoked_at bigint,
    revoked_by text references people (id)
);
create index grants_by_agent on grants (agent_id);

create table runs (
    id           text primary key,                  -- run_…
    agent_id     text not null references agents (id),
    initiator_id text not null references people (id),
    purpose      text not null,
    ticket       text not null,                     -- empty when none was given
    scope        text not null,                     -- JSON array of {privilege, resource}, within the agent's grants
    token_hash   text not null unique,              -- SHA-256 of the run's token; the token is kept nowhere
    opened_at    bigint not null,
    expires_at   bigint not null,
    revoked_at   bigint,
    revoked_by   text references people (id)
);
create index runs_by_agent on runs (agent_id, opened_at);

create table intents (
    id                   text primary key,          -- int_…
    run_id               text not null references runs (id),
    idempotency_key      text not null,
    request_digest       text not null,             -- of the whole request, to tell a repetition from a reuse
    sql                  text not null,             -- as asked
    parameters           text not null,             -- JSON array
    purpose              text not null,
    maximum_bytes_billed bigint not null,
    state                text not null check (state in ('received', 'blocked', 'pending_approval', 'approved',
                             'denied', 'expired', 'withdrawn', 'stale', 'prepared', 'running', 'succeeded',
                             'failed', 'cancelled')),
    received_at          bigint not null,
    changed_at           bigint not null,           -- when the state last changed
    analysis             text,                      -- JSON, once assessed
    dry_run              text,                      -- JSON, once dry-run
    decision             text,                      -- JSON, once decided
    risk                 text,                      -- low | moderate | high | critical
    problem              text,                      -- JSON {code, detail}: why it was blocked or failed
    unique (run_id, idempotency_key)
);
create index intents_by_run on intents (run_id, received_at);
create index intents_by_state on intents (state, changed_at);

create table approvals (
    id            text primary key,                 -- apr_…
    intent_id     text not null unique references intents (id),
    intent_digest text not null,                    -- what exactly is approved
    needed        bigint not null check (needed >= 1),
    approvers     text not null,                    -- JSON array of groups
    created_at    bigint not null,
    expires_at    bigint not null,
    closed_at     bigint
);

create table votes (
    id          text primary key,                   -- vot_…
    approval_id text not null references approvals (id),
    person_id   text not null references people (id),
    ballot      text not null check (ballot in ('approve', 'deny')),
    comment     text not null,
    cast_at     bigint not null,
    unique (approval_id, person_id)
);

create table executions (
    id            text primary key,                 -- exe_…
    intent_id     text not null unique references intents (id),
    job_id        text not null unique,             -- fixed before the job is inserted
    prepared_at   bigint not null,
    finished_at   bigint,
    statistics    text,                             -- JSON, the job's own
    columns       text,                             -- JSON array: name, type, mask rule
    row_count     bigint,
    detections    text,                             -- JSON: sensitive values found in untagged columns
    result_digest text                              -- of the pages as released
);

create table result_pages (
    execution_id text not null references executions (id),
    page         bigint not null,                   -- from 0
    rows         text not null,                     -- JSON array of masked rows
    primary key (execution_id, page)
);

create table campaigns (
    id          text primary key,                   -- rev_…
    name        text not null,
    period_from bigint not null,
    period_to   bigint not null,
    opened_by   text not null references people (id),
    opened_at   bigint not null,
    signed_by   text references people (id),
    signed_at   bigint,
    statement   text
);

create table items (
    id          text primary key,                   -- itm_…
    campaign_id text not null references campaigns (id),
    agent_id    text not null references agents (id),
    grant_id    text not null references grants (id),
    evidence    text not null,                      -- JSON: usage within the period, as of opening
    verdict     text check (verdict in ('keep', 'reduce', 'revoke')),
    reason      text,
    decided_by  text references people (id),
    decided_at  bigint,
    unique (campaign_id, grant_id)
);

create table outbox (
    id         bigint generated always as identity primary key,
    kind       text not null check (kind in ('approval_waiting', 'approval_decided')),
    intent_id  text not null references intents (id),
    created_at bigint not null,
    attempts   bigint not null default 0,
    due_at     bigint not null,                     -- when to try (again)
    sent_at    bigint
);
create index outbox_due on outbox (due_at) where sent_at is null;

create table ledger_entries (
    sequence       bigint primary key,              -- from 1, without gaps
    at             bigint not null,
    event          text not null,
    actor          text not null,
    subject        text not null,
    run_id         text,                            -- for replay; not part of the hash
    payload        text not null,                   -- JSON
    salt           text not null,                   -- hexadecimal
    payload_digest text not null,
    previous_hash  text not null,
    hash           text not null
);
create index ledger_entries_by_run on ledger_entries (run_id, sequence);

create function refuse_change_of_ledger() returns trigger language plpgsql
as $$ begin raise exception 'ledger entries are never %', tg_argv[0]; end $$;
create trigger ledger_entries_stay before update on ledger_entries
    execute function refuse_change_of_ledger('changed');
create trigger ledger_entries_last before delete or truncate on ledger_entries
    execute function refuse_change_of_ledger('deleted');
