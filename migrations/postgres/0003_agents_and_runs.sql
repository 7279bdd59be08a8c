-- Agents are proposed by their owners and confirmed by an administrator; runs keep the
-- evidence of who opened them, and their tokens are short and renewed.

alter table agents add column state text not null default 'proposed'
    check (state in ('proposed', 'active', 'suspended', 'revoked', 'expired'));
alter table agents add column bytes_per_query bigint not null default 10737418240;
alter table agents add column bytes_per_day bigint not null default 107374182400;
alter table agents add column rows_per_result bigint not null default 100000;
alter table agents add column concurrent_jobs bigint not null default 4;
alter table agents add column open_runs bigint not null default 10;
-- JSON array of {"person": "per_…"} or {"group": "…"}: who opens runs besides the owner
alter table agents add column sponsors text not null default '[]';
-- JSON {issuer, claims} by which it proves itself; none: a human is at the keyboard
alter table agents add column workload text;
-- 1: a token alone is enough; 0: each request needs a proof of the key (DPoP, RFC 9449)
alter table agents add column allows_bearer bigint not null default 0 check (allows_bearer in (0, 1));
-- the Google service account that its jobs run as; none: Countersign's own
alter table agents add column service_account text;
alter table agents add column confirmed_by text references people (id);
alter table agents add column confirmed_at bigint;
alter table agents add column suspended_by text references people (id);
alter table agents add column suspended_at bigint;
alter table agents add column suspend_reason text;

-- Agents from before were registered by an administrator alone, and their runs were bearers'.
update agents set
    state = case when revoked_at is null then 'active' else 'revoked' end,
    allows_bearer = 1, confirmed_by = registered_by, confirmed_at = created_at;

-- what the grant leaves out in every table that it covers, JSON array of column paths
alter table grants add column except_columns text not null default '[]';

-- how it was opened: portal, device or exchange
alter table runs add column door text not null default 'portal' check (door in ('portal', 'device', 'exchange'));
-- JSON: what proved the initiator (iss, sub, sid, auth_time, acr, groups digest); none for runs from before
alter table runs add column evidence text;
-- when its token ends; the run's own end where none was set
alter table runs add column token_expires_at bigint;
-- SHA-256 thumbprint (RFC 7638) of the key that the token is bound to; none for a bearer's
alter table runs add column key_thumbprint text;
-- why it ended before its time
alter table runs add column ended_because text check (ended_because in ('run_ended', 'run_revoked',
    'agent_suspended', 'agent_revoked', 'person_disabled', 'person_signed_out', 'issuer_revoked'));
alter table runs add column end_reason text;
update runs set ended_because = case when revoked_by is null then 'run_ended' else 'run_revoked' end
    where revoked_at is not null;
create index runs_by_initiator on runs (initiator_id, opened_at);

-- whom an owed mail has reached already, JSON array of ids: only the others are tried again
alter table outbox add column delivered text not null default '[]';

-- Tokens that were replaced by a renewal: whoever still sends one is told so.
create table renewed_tokens (
    token_hash text primary key,                    -- SHA-256, as in runs
    run_id     text not null references runs (id),
    renewed_at bigint not null
);

-- what the agent's daily cap counts: the dry run's bytes from preparation on, the bytes billed once known
alter table executions add column bytes bigint not null default 0;
-- when the warehouse was asked to stop the job of a cancelled intent
alter table executions add column stop_asked_at bigint;
update executions set stop_asked_at = prepared_at;
create index executions_to_stop on executions (prepared_at) where stop_asked_at is null;
create index executions_by_time on executions (prepared_at);
