-- Where short table names of an intent are looked up.

-- another dataset than the configured one
alter table intents add column default_dataset text;
