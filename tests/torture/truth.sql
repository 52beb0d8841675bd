-- What the tables say, to be held against the truth, and the statements of faults. One snapshot reads them all.

-- name: ledger
SELECT id::text, operation_id, session_id, project_id, model, use_case, status, error_type, prompt_tokens,
       completion_tokens, (extract(epoch FROM created_at) * 1000)::bigint, stream
  FROM llm_usage_events;

-- name: totals
-- Partial rows, final ones and corrections together, by what the truth knows; nothing of what adds up to zero.
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint, project_id, model, use_case, sum(events)::bigint,
       sum(calls_success)::bigint, sum(calls_missing_usage)::bigint, sum(calls_error)::bigint,
       sum(prompt_tokens)::bigint, sum(completion_tokens)::bigint
  FROM (SELECT stream, window_start, project_id, model, use_case, events, calls_success, calls_missing_usage,
               calls_error, prompt_tokens, completion_tokens FROM llm_usage_partials
        UNION ALL
        SELECT stream, window_start, project_id, model, use_case, events, calls_success, calls_missing_usage,
               calls_error, prompt_tokens, completion_tokens FROM llm_usage_rollups
        UNION ALL
        SELECT stream, window_start, project_id, model, use_case, events, calls_success, calls_missing_usage,
               calls_error, prompt_tokens, completion_tokens FROM llm_usage_adjustments) AS entries
 GROUP BY stream, window_start, project_id, model, use_case
HAVING (sum(events), sum(prompt_tokens), sum(completion_tokens)) <> (0, 0, 0);

-- name: sessions
-- Of compacted windows: final totals and what came later.
SELECT session_id, sum(events)::bigint, sum(prompt_tokens)::bigint, sum(completion_tokens)::bigint
  FROM (SELECT stream, window_start, session_id, events, prompt_tokens, completion_tokens FROM llm_session_usage
        UNION ALL
        SELECT stream, window_start, session_id, events, prompt_tokens, completion_tokens
          FROM llm_usage_adjustments
         WHERE reason = 'late') AS entries
  JOIN llm_windows USING (stream, window_start)
 WHERE state = 'compacted' AND session_id IS NOT NULL
 GROUP BY session_id;

-- name: compacted
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint FROM llm_windows WHERE state = 'compacted';

-- name: unfinished
SELECT count(*), count(*) FILTER (WHERE state = 'disputed') FROM llm_windows WHERE state <> 'compacted';

-- name: dead
SELECT CASE WHEN reason IN ('conflict', 'too_old', 'in_future') THEN reason ELSE encode(key, 'escape') END, count(*)
  FROM llm_dead_letters
 GROUP BY 1;

-- name: positions
SELECT kind, partition, source.next_offset, changelog.through
  FROM llm_source_partitions AS source
  JOIN llm_changelog_partitions AS changelog USING (kind, partition);

-- name: changelog_positions
SELECT kind, partition, next_offset FROM llm_changelog_partitions;

-- name: refuse
ALTER DATABASE tollbook ALLOW_CONNECTIONS false;

-- name: accept
ALTER DATABASE tollbook ALLOW_CONNECTIONS true;

-- name: throw_out
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'tollbook';
