-- What the tables say after a cluster test, to be held against the truth.

-- name: ledger
SELECT session_id FROM llm_usage_events;

-- name: ledger_size
SELECT count(*) FROM llm_usage_events;

-- name: unfinished_windows
SELECT count(*) FROM llm_windows WHERE state <> 'compacted';

-- name: totals
-- Compacted windows' totals, and what came late to them.
SELECT project_id, sum(events), sum(prompt_tokens), sum(completion_tokens)
  FROM (SELECT project_id, events, prompt_tokens, completion_tokens FROM llm_usage_rollups
        UNION ALL
        SELECT project_id, events, prompt_tokens, completion_tokens FROM llm_usage_adjustments) AS entries
 GROUP BY project_id
 ORDER BY project_id;
