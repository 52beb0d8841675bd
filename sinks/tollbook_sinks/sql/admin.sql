-- What administrators do: one at a time, and on record.

-- name: try_lock
-- The two numbers name the lock of administration in this database; a session holds it, and its end lets go of it.
SELECT pg_try_advisory_lock(1953459308, 2) AS held;

-- name: unlock
SELECT pg_advisory_unlock(1953459308, 2);

-- name: lock_holder
SELECT activity.pid, activity.usename, activity.application_name
  FROM pg_locks
  JOIN pg_stat_activity AS activity USING (pid)
 WHERE locktype = 'advisory' AND granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND classid = 1953459308 AND objid = 2 AND objsubid = 2;

-- name: record
INSERT INTO llm_admin_actions (action, why, details, begun, outcome)
VALUES (%(action)s, %(why)s, %(details)s, %(begun)s, %(outcome)s)
RETURNING id;
