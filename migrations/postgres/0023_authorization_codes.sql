-- Clients that wait at an address of this person's machine are answered with a code (OAuth 2.1 section 4.1);
-- a token counts only at the door that it was asked for.

-- the door, api or mcp; none: every door
alter table runs add column audience text check (audience in ('api', 'mcp'));

create table authorization_codes (
    code_hash    text primary key,                  -- SHA-256; the code is kept nowhere
    agent_id     text not null references agents (id),
    person_id    text not null references people (id),
    redirect_uri text not null,                     -- where the client waits, to the letter
    challenge    text not null,                     -- of the client's verifier (RFC 7636, S256)
    asked        text not null,                     -- JSON: scope, purpose, ticket, minutes, audience
    confirmation text not null,                     -- JSON: what proved the person
    expires_at   bigint  not null,
    run_id       text references runs (id)          -- what it was redeemed for; a code counts once
);
