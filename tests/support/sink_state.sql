-- What the sink left in Postgres, as the tests compare it.

-- name: ledger
SELECT id::text, CASE WHEN stream = 'live' THEN 'live' ELSE 'import' END, source_partition, source_offset,
       stream, on_time, project_id, session_id, prompt_tokens
FROM llm_usage_events;

-- name: adjustments
SELECT kind, source_partition, source_offset, reason, stream, (extract(epoch FROM window_start) * 1000)::bigint,
       project_id, session_id, (calls_success + calls_missing_usage + calls_timeout + calls_error), prompt_tokens
FROM llm_usage_adjustments;

-- name: dead
SELECT kind, partition, "offset", reason FROM llm_dead_letters;

-- name: ends
SELECT import_id, partition FROM llm_import_ends WHERE side = 'ledger';

-- name: counts
SELECT kind, partition, first_offset, next_offset, ledger, duplicates, conflicts, dead_letters, ticks, ends, gaps
FROM llm_source_partitions;

-- name: consumed
SELECT coalesce(sum(next_offset), 0)::bigint FROM llm_source_partitions;

-- name: partials
SELECT stream, source_partition, (extract(epoch FROM window_start) * 1000)::bigint, project_id, applied, events,
       prompt_tokens
FROM llm_usage_partials;

-- name: changelogs
SELECT kind, partition, next_offset, through, clock_ms, open, ended, floor_ms, bad FROM llm_changelog_partitions;

-- name: windows
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint, state FROM llm_windows;

-- name: waiting_for_locks
SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database();
