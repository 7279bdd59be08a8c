-- What an agent's jobs count towards its daily cap: kept, so that nothing has to add up the day.

create table daily_bytes (
    agent_id text    not null references agents (id),
    day      integer not null,                       -- since 1970, in UTC
    bytes    integer not null,
    primary key (agent_id, day)
) strict;

insert into daily_bytes (agent_id, day, bytes)
select runs.agent_id, executions.prepared_at / 86400000000, sum(executions.bytes)
from executions
join intents on intents.id = executions.intent_id
join runs on runs.id = intents.run_id
group by runs.agent_id, executions.prepared_at / 86400000000;
