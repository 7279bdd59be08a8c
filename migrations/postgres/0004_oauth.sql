-- Pipelines ask for runs by device codes (RFC 8628); proofs of keys and others' tokens count once.

create table device_requests (
    id               text primary key,              -- dev_…
    device_code_hash text not null unique,          -- SHA-256; the pipeline's code is kept nowhere
    user_code_hash   text not null unique,          -- SHA-256; what a person types is kept nowhere
    agent_id         text not null references agents (id),
    key_thumbprint   text,                          -- the key that asked (RFC 7638); none for a bearer
    workload         text not null,                 -- JSON: issuer, subject, token's digest, facts shown
    asked            text not null,                 -- JSON: scope, purpose, ticket, minutes
    created_at       bigint not null,
    expires_at       bigint not null,
    entered_by       text references people (id),   -- who typed the code: only they see it and decide
    verdict          text check (verdict in ('confirmed', 'refused')),
    decided_by       text references people (id),
    decided_at       bigint,
    confirmation     text,                          -- JSON: what proved the person who confirmed
    interval_seconds bigint not null,              -- the least time between two polls
    polled_at        bigint,
    redeemed_at      bigint,                       -- the codes are worth nothing from then on
    check ((verdict is null) = (decided_by is null) and (verdict is null) = (decided_at is null)),
    check (redeemed_at is null or (verdict is not null and verdict = 'confirmed'))
);

create table used_proofs (
    name  text primary key,                         -- SHA-256 over the maker and the proof's id
    until bigint not null                          -- from then on its age alone refuses it
);
create index used_proofs_by_end on used_proofs (until);
