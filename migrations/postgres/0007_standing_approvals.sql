-- Approvals of similar queries, questions on what waits, and who saw a request when.

create table standing_approvals (
    id             text primary key,                -- sta_…
    approval_id    text not null unique references approvals (id), -- the approval that it was given with
    agent_id       text not null references agents (id),
    similarity     text not null,                   -- digest that every query it covers has
    shape          text not null,                   -- JSON: what that binds, for people
    policy_version text not null,
    uses_maximum   bigint not null check (uses_maximum >= 1),
    uses           bigint not null default 0,
    bytes_maximum  bigint not null,                -- the most that one use may process, by its dry run
    until          bigint not null,
    time_window    text,                            -- JSON: days and hours; none: always
    proposed_by    text not null references people (id),
    proposed_at    bigint not null,
    granted_at     bigint,                         -- none until everybody who approved agreed
    revoked_at     bigint,
    revoked_by     text references people (id),
    revoke_reason  text,
    check (uses <= uses_maximum)
);
create index standing_approvals_by_agent on standing_approvals (agent_id, similarity);

create table standing_agreements (
    standing_id text not null references standing_approvals (id),
    person_id   text not null references people (id),
    agreed_at   bigint not null,
    primary key (standing_id, person_id)
);

create table standing_uses (
    intent_id   text primary key references intents (id),
    standing_id text not null references standing_approvals (id),
    used_at     bigint not null
);
create index standing_uses_by_standing on standing_uses (standing_id, used_at);

create table questions (
    id          text primary key,                   -- qst_…
    approval_id text not null references approvals (id),
    asked_by    text not null references people (id),
    question    text not null,
    asked_at    bigint not null
);
create index questions_by_approval on questions (approval_id, asked_at);

create table answers (
    id          text primary key,                   -- ans_…
    question_id text not null references questions (id),
    answered_by text references people (id),        -- none: the agent
    answer      text not null,
    answered_at bigint not null
);
create index answers_by_question on answers (question_id, answered_at);

-- When somebody who could decide first had a request for approval before them.
create table approval_views (
    approval_id text not null references approvals (id),
    person_id   text not null references people (id),
    seen_at     bigint not null,
    primary key (approval_id, person_id)
);
