-- Policies are versioned, drafted and published; intents keep what policies were told, so that
-- other policies can be asked about them.

-- JSON, once assessed: what policies were told of it
alter table intents add column facts text;

-- since when an agent has run something on a table
create table table_uses (
    agent_id      text not null references agents (id),
    table_name    text not null,                     -- project.dataset.table
    first_used_at bigint not null,
    primary key (agent_id, table_name)
);

-- Every text that was ever in force; never changed.
create table policy_versions (
    digest     text primary key,                     -- sha256:…, of names and texts
    files      text not null,                        -- JSON array of {name, text}
    created_at bigint not null
);

create table policy_drafts (
    id         text primary key,                     -- pol_…
    title      text not null,
    files      text not null,                        -- JSON array of {name, text}
    state      text not null check (state in ('editing', 'proposed', 'published', 'discarded')),
    authors    text not null,                        -- JSON array of people: everybody who edited it
    revision   bigint not null,                     -- counts every change, to compare and swap
    created_at bigint not null,
    changed_at bigint not null
);
create index policy_drafts_by_state on policy_drafts (state, changed_at);

-- What was in force from when on: the highest number is.
create table policy_publications (
    number       bigint primary key,                -- from 1, without gaps
    digest       text not null references policy_versions (digest),
    origin       text not null check (origin in ('preset', 'directory', 'portal')),
    source       text not null,                      -- the preset's name, the folder, or the draft's title
    editors      text not null,                      -- JSON array of people: who wrote it and who published it
    published_at bigint not null
);
create index policy_publications_by_time on policy_publications (published_at);
