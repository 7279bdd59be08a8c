-- What is owed to people and other systems, one row for each recipient; approvers who let a
-- colleague decide in their place.

create table notifications (
    id           text primary key,                  -- ntf_…
    kind         text not null,                     -- approval_waiting, … (store::NotificationKind)
    intent_id    text references intents (id),
    subject      text,                              -- id of a question, standing approval or delegation
    actor        text not null,                     -- who made the change, as in the ledger
    people       text not null,                     -- JSON array: who is told besides those whom the kind names
    once_key     text unique,                       -- owed at most once for each
    created_at   bigint not null,
    addressed_at bigint                            -- when its deliveries were written
);
create index notifications_to_address on notifications (created_at) where addressed_at is null;

create table deliveries (
    id              text primary key,               -- dlv_…
    notification_id text not null references notifications (id),
    channel         text not null check (channel in ('mail', 'webhook')),
    recipient       text not null,                  -- per_…, or the name of a webhook
    message_id      text not null unique,           -- the same for every attempt
    owed_at         bigint not null,
    attempts        bigint not null default 0,     -- a claim counts; it is by compare-and-swap on this
    due_at          bigint not null,               -- when to try (again); a claim moves it on
    problem         text,                           -- code of what stood in the way at the last attempt
    sent_at         bigint,
    given_up_at     bigint,
    unique (notification_id, channel, recipient),
    check (sent_at is null or given_up_at is null)
);
create index deliveries_due on deliveries (channel, due_at) where sent_at is null and given_up_at is null;

-- What was owed before is owed still; whom it had reached in part may read it twice.
insert into notifications (id, kind, intent_id, actor, people, created_at)
    select 'ntf_' || replace(gen_random_uuid()::text, '-', ''), kind, intent_id, 'system', '[]', created_at
    from outbox where sent_at is null and due_at < 9223372036854775807;
drop table outbox;

create table delegations (
    id         text primary key,                    -- dlg_…
    absent_id  text not null references people (id),
    delegate   text not null references people (id),
    from_at    bigint not null,
    until_at   bigint not null,                    -- from then on it counts no more
    created_at bigint not null,
    revoked_at bigint,
    check (absent_id <> delegate and until_at > from_at)
);
create index delegations_by_absent on delegations (absent_id, until_at);
create index delegations_by_delegate on delegations (delegate, until_at);

-- in whose place the person voted; none: in their own name
alter table votes add column on_behalf_of text references people (id);
