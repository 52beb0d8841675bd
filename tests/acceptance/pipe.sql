-- What the tables say, to be held against the truth.

-- name: ledger_ids
SELECT id FROM llm_usage_events;

-- name: unfinished_windows
SELECT count(*) FROM llm_windows WHERE state <> 'compacted';

-- name: disputed_windows
SELECT count(*) FROM llm_windows WHERE state = 'disputed';

-- name: final_totals
-- Gross final rows and what was added to or taken from them, by project.
SELECT project_id, sum(events), sum(calls_success), sum(calls_timeout), sum(prompt_tokens), sum(completion_tokens)
  FROM (SELECT project_id, events, calls_success, calls_timeout, prompt_tokens, completion_tokens FROM llm_usage_rollups
        UNION ALL
        SELECT project_id, events, calls_success, calls_timeout, prompt_tokens, completion_tokens
          FROM llm_usage_adjustments) AS entries
 GROUP BY project_id
 ORDER BY project_id;

-- name: session_totals
SELECT session_id, sum(events), sum(prompt_tokens)
  FROM (SELECT session_id, events, prompt_tokens FROM llm_session_usage
        UNION ALL
        SELECT session_id, events, prompt_tokens FROM llm_usage_adjustments WHERE reason = 'late') AS entries
 GROUP BY session_id
 ORDER BY session_id;

-- name: consumed
SELECT coalesce(sum(next_offset), 0) FROM llm_source_partitions WHERE kind = 'live';
