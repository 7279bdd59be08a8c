-- What was approved is what runs, once: digests of all that a decision is bound to, conditions
-- of approvers, columns that are to be read unmasked, and exceptions that people made.

-- JSON: a digest for each named input that decides what would run; none for intents from before
alter table intents add column binding text;
-- JSON array of columns that are to be read unmasked, and why
alter table intents add column unmask text not null default '[]';
alter table intents add column unmask_reason text not null default '';
-- the stale or expired intent that this one asks for again
alter table intents add column asks_again text references intents (id);

-- what it was settled by: votes, an audited exception, or a standing approval
alter table approvals add column ground text not null default 'votes'
    check (ground in ('votes', 'break_glass', 'standing'));
-- JSON: the row cap, further masks and aggregates only; those of all voters together
alter table approvals add column conditions text not null default '{}';
alter table votes add column conditions text not null default '{}';

-- how many rows a condition let out, where the result had more
alter table executions add column cut_to integer;

-- A person's word that a waiting query must run without the usual votes.
create table break_glass (
    id          text primary key,                   -- brk_…
    approval_id text not null references approvals (id),
    person_id   text not null references people (id),
    reason      text not null,
    ticket      text not null,
    declared_at integer not null,
    unique (approval_id, person_id)
) strict;

-- What reviewers have to look at because somebody broke the glass.
create table exceptions (
    id          text primary key,                   -- exc_…
    approval_id text not null unique references approvals (id),
    opened_at   integer not null,
    verdict     text check (verdict in ('justified', 'unjustified')),
    reason      text,
    decided_by  text references people (id),
    decided_at  integer,
    check ((verdict is null) = (decided_by is null) and (verdict is null) = (decided_at is null))
) strict;
