-- What people say that columns hold, where BigQuery has no policy tag of its own.

-- A suggestion that somebody decided on. An accepted one is the column's tag from then on; a
-- dismissed one is not made again.
create table column_suggestions (
    column_name text not null,                       -- project.dataset.table.path
    tag         text not null,                       -- pii.email
    accepted    integer not null check (accepted in (0, 1)),
    decided_by  text not null references people (id),
    decided_at  integer not null,
    primary key (column_name, tag)
) strict;
-- A column has one tag.
create unique index column_tags on column_suggestions (column_name) where accepted = 1;
