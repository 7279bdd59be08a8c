-- Rows are staged page by page while they come from the warehouse; what one attempt staged is
-- sealed together. Rows are forgotten in time; digest and counts stay.

create table row_pages (
    execution_id text not null references executions (id),
    attempt      integer not null,                   -- an attempt that a crash ended leaves pages behind
    page         integer not null,                   -- from 0
    first_row    integer not null,                   -- the number of its first row, from 0
    row_count    integer not null,
    coding       text not null check (coding in ('plain', 'zstd')),
    rows         blob not null,                      -- JSON array of masked rows
    primary key (execution_id, attempt, page)
) strict;

alter table executions add column attempts integer not null default 0; -- how often its rows were read
alter table executions add column sealed_attempt integer; -- whose pages are the result
alter table executions add column forgotten_at integer; -- since when its rows are gone
create index executions_by_end on executions (finished_at) where forgotten_at is null;

-- Every page but the last had a thousand rows.
insert into row_pages (execution_id, attempt, page, first_row, row_count, coding, rows)
select p.execution_id, 1, p.page, p.page * 1000,
       min(1000, coalesce(e.row_count, 0) - p.page * 1000), 'plain', cast(p.rows as blob)
from result_pages p join executions e on e.id = p.execution_id;
update executions set attempts = 1, sealed_attempt = 1 where result_digest is not null;
drop table result_pages;
