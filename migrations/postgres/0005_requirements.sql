-- An approval keeps whose approvals it takes, policy by policy.

-- JSON array of {policy, approvers, count}: all have to be met; `approvers` and `needed` are
-- all their groups and the highest of their counts
alter table approvals add column requirements text not null default '[]';
update approvals set requirements =
    '[{"policy":"policy","approvers":' || approvers || ',"count":' || cast(needed as text) || '}]';
