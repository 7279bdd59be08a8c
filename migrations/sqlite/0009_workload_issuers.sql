-- Who vouches for an agent's workload, as a column: each database reads JSON in its own way.

alter table agents add column workload_issuer text generated always as (workload ->> 'issuer') virtual;
create index agents_by_workload_issuer on agents (workload_issuer);
