-- People can be disabled, browser sessions belong to somebody, a logout token counts once.

alter table people add column disabled_at    bigint;
alter table people add column disabled_by    text references people (id);
alter table people add column disable_reason text;
-- Sessions that began up to then have ended, also those that a request is just writing.
alter table people add column sessions_ended_at bigint not null default 0;

-- Nobody stays signed in over this change: the old rows do not say whose they are.
drop table browser_sessions;
create table browser_sessions (
    id_hash    text primary key,                    -- SHA-256 of the cookie's value; the value is kept nowhere
    data       text not null,                       -- the session's content, JSON
    expires_at bigint not null,
    sign_in_id text unique,                         -- sgn_…, what pages call it; this and the next five once
    person_id  text references people (id),         -- somebody has signed in
    issuer     text,
    sid        text,                                -- the identity provider's own session, if it names it
    started_at bigint,
    seen_at    bigint,
    check ((person_id is null) = (sign_in_id is null)
       and (person_id is null) = (issuer is null)
       and (person_id is null) = (started_at is null)
       and (person_id is null) = (seen_at is null))
);
create index browser_sessions_by_person on browser_sessions (person_id);

-- OpenID Connect Back-Channel Logout 1.0. A session that the provider has ended never begins
-- here again, also when its sign-in was still under way.
create table logout_tokens (
    issuer      text not null,
    jti         text not null,
    sid         text,
    received_at bigint not null,
    primary key (issuer, jti)
);
create index logout_tokens_by_sid on logout_tokens (issuer, sid);
create index logout_tokens_by_age on logout_tokens (received_at);
