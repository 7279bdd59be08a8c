-- Whoever works on an execution holds a lease of it. Taking it over counts `attempts` up, which
-- fences off whoever worked on it before.
alter table executions add column leased_until bigint not null default 0;
