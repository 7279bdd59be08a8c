-- Whether a person is mailed, at some hour of the day, what waits for them.
alter table people add column wants_digest integer not null default 1;
