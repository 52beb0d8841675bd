-- The facts that alerts are computed from. One transaction, one snapshot. Live calls: an import is nobody's flow.

-- name: now
SELECT now();

-- name: missing_usage
-- By the totals of the windows that the sliding time touches: gross, for a ratio that is as good.
WITH totals AS (
    SELECT provider, coalesce(response_model, model) AS model, use_case, calls_success, calls_missing_usage
      FROM llm_usage_partials
     WHERE stream = 'live' AND window_start > %(since)s::timestamptz - %(width)s::interval
    UNION ALL
    SELECT provider, coalesce(response_model, model), use_case, calls_success, calls_missing_usage
      FROM llm_usage_rollups
     WHERE stream = 'live' AND window_start > %(since)s::timestamptz - %(width)s::interval
)
SELECT provider, model, use_case,
       (sum(calls_success) + sum(calls_missing_usage))::bigint AS calls, sum(calls_missing_usage)::bigint AS missing
  FROM totals
 GROUP BY 1, 2, 3
HAVING sum(calls_missing_usage) > 0
 ORDER BY 1, 2, 3;

-- name: dead_letters
SELECT letter.reason, count(*), min(letter.appended_at) AS first_at
  FROM llm_dead_letters AS letter
 WHERE NOT EXISTS (
           SELECT FROM llm_dead_letter_decisions AS fate
            WHERE (fate.kind, fate.partition, fate."offset") = (letter.kind, letter.partition, letter."offset"))
 GROUP BY 1
 ORDER BY 1;

-- name: unsent_requeues
SELECT count(DISTINCT import_id)
  FROM llm_dead_letter_decisions AS fate
 WHERE decision = 'requeue'
   AND NOT EXISTS (
           SELECT FROM llm_dead_letter_decisions AS sent
            WHERE sent.import_id = fate.import_id AND sent.decision = 'sent');

-- name: unfinished_windows
SELECT stream, window_start, state, opened_at, closed_at
  FROM llm_windows
 WHERE state <> 'compacted'
 ORDER BY window_start, stream;

-- name: partitions
SELECT kind, partition, source.next_offset AS source_next, source.clock_ms AS source_clock_ms,
       changelog.next_offset AS changelog_next, changelog.through, changelog.clock_ms AS changelog_clock_ms
  FROM llm_source_partitions AS source
  FULL JOIN llm_changelog_partitions AS changelog USING (kind, partition)
 ORDER BY kind, partition;

-- name: idle_producers
-- Environment and project with calls in every one of the last windows before the idle time, and none since.
WITH steady AS (
    SELECT environment, project_id
      FROM (SELECT environment, project_id, window_start FROM llm_usage_partials
             WHERE stream = 'live' AND window_start >= %(first)s AND window_start < %(last)s
            UNION
            SELECT environment, project_id, window_start FROM llm_usage_rollups
             WHERE stream = 'live' AND window_start >= %(first)s AND window_start < %(last)s) AS seen
     GROUP BY 1, 2
    HAVING count(DISTINCT window_start) = %(windows)s
)
SELECT environment, project_id
  FROM steady
 WHERE NOT EXISTS (
           SELECT FROM llm_usage_events AS event
            WHERE event.project_id IS NOT DISTINCT FROM steady.project_id
              AND event.environment IS NOT DISTINCT FROM steady.environment
              AND event.stream = 'live' AND event.created_at >= %(since)s)
 ORDER BY 1, 2;

-- name: dropped_calls
SELECT coalesce(sum(call_count), 0)::bigint
  FROM llm_usage_events
 WHERE error_type = 'dropped' AND created_at >= %(since)s;

-- name: leaving_days
SELECT day, expired_at FROM llm_expired_days WHERE dropped_at IS NULL AND restored_at IS NULL ORDER BY day;

-- name: oldest_kept_day
SELECT min(to_date(right(relname, 8), 'YYYYMMDD'))
  FROM pg_inherits
  JOIN pg_class ON pg_class.oid = inhrelid
 WHERE inhparent = 'public.llm_usage_events'::regclass
   AND NOT EXISTS (
           SELECT FROM llm_expired_days AS expired
            WHERE relname = 'llm_usage_events_' || to_char(expired.day, 'YYYYMMDD'));
