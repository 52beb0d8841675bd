-- What the benchmark asks of its databases.

-- name: create
CREATE DATABASE {database} TEMPLATE {template} OWNER tollbook_owner;

-- name: drop
DROP DATABASE IF EXISTS {database} WITH (FORCE);

-- name: checkpoint
CHECKPOINT;

-- name: progress
SELECT
    (SELECT coalesce(sum(next_offset - first_offset), 0)::bigint FROM llm_source_partitions),
    (SELECT coalesce(sum(next_offset), 0)::bigint FROM llm_changelog_partitions);

-- name: counts
-- Of the calls just made: a database may hold older ones too.
SELECT
    (SELECT count(*) FROM llm_usage_events WHERE created_at > now() - interval '1 day'),
    (SELECT count(*) FROM llm_usage_adjustments WHERE window_start > now() - interval '1 day'),
    (SELECT sum(events)::bigint FROM llm_usage_partials WHERE window_start > now() - interval '1 day'),
    (SELECT count(*) FROM llm_dead_letters);

-- name: days
SELECT DISTINCT (created_at AT TIME ZONE 'UTC')::date FROM llm_usage_events;

-- name: ensure_day
SELECT ensure_ledger_day(%(day)s);

-- name: rows_out
COPY (SELECT * FROM llm_usage_events ORDER BY source_offset, source_partition) TO STDOUT (FORMAT binary);

-- name: rows_in
COPY llm_usage_events FROM STDIN (FORMAT binary);
