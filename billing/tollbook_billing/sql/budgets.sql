-- name: status
SELECT * FROM get_budget_status(%(scope)s, %(id)s, coalesce(%(at)s, now()));

-- name: statuses
SELECT * FROM get_budget_statuses(coalesce(%(at)s, now()));

-- name: patience
-- For this transaction only: who asks before a call would rather not know than wait.
SELECT set_config('statement_timeout', %(patience)s, true);

-- name: of_call
SELECT * FROM get_budget_status('workspace', %(workspace)s)
UNION ALL
SELECT * FROM get_budget_status('project', %(project)s) AS s
WHERE s.workspace_id IS NULL OR s.workspace_id = %(workspace)s;
