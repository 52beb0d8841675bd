-- What a replay's tests look at.

-- name: totals
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint, project_id, sum(events)::bigint,
       sum(prompt_tokens)::bigint
  FROM llm_usage_totals
 GROUP BY stream, window_start, project_id
HAVING sum(events) <> 0;

-- name: throughs
SELECT kind, partition, through FROM llm_changelog_partitions;

-- name: ledger_offsets
SELECT kind, partition, next_offset FROM llm_source_partitions;

-- name: states
SELECT (extract(epoch FROM window_start) * 1000)::bigint, state FROM llm_windows WHERE stream = %(stream)s
 ORDER BY window_start;

-- name: generation
SELECT generation FROM llm_generations WHERE kind = %(kind)s;

-- name: replays
SELECT generation, state FROM llm_replays ORDER BY generation;

-- name: left_over
SELECT (SELECT count(*) FROM llm_replay_partials) + (SELECT count(*) FROM llm_replay_partitions);

-- name: raise_partials
UPDATE llm_usage_partials SET prompt_tokens = prompt_tokens + 5
 WHERE window_start = to_timestamp(%(start_ms)s / 1000.0);

-- name: forget_partials
DELETE FROM llm_usage_partials WHERE window_start = to_timestamp(%(start_ms)s / 1000.0) AND source_partition = 0;

-- name: raise_rollups
UPDATE llm_usage_rollups SET prompt_tokens = prompt_tokens - 7, events = events + 1
 WHERE window_start = to_timestamp(%(start_ms)s / 1000.0) AND project_id = %(project)s;

-- name: replay_adjustments
SELECT project_id, events, prompt_tokens FROM llm_usage_adjustments WHERE reason = 'replay' ORDER BY project_id;

-- name: replay_sessions
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tollbook replay';

-- name: actions
SELECT action, outcome FROM llm_admin_actions ORDER BY id;

-- name: ledger
SELECT id::text, on_time, prompt_tokens FROM llm_usage_events ORDER BY id;
