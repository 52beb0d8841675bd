-- The audit's questions. All are asked in one snapshot, while the sink and the maintainer go on.

-- name: one_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: taken_at
SELECT now();

-- name: partitions
-- Each source partition's counters beside the rows that are there. A partition that only rows speak of counts nothing.
-- Rows of expired days, there or not, are those that were counted when nothing more could be written into them.
WITH kept AS (
    SELECT CASE WHEN stream = 'live' THEN 'live' ELSE 'import' END AS kind, source_partition AS partition,
           count(*) AS ledger_rows, min(source_offset) AS lowest, max(source_offset) AS highest
      FROM llm_usage_events
     WHERE (created_at AT TIME ZONE 'UTC')::date NOT IN (SELECT day FROM llm_expired_days)
     GROUP BY 1, 2
), expired AS (
    SELECT kind, partition, sum(ledger_rows)::bigint AS expired_rows FROM llm_expired_offsets GROUP BY kind, partition
), ledger AS (
    SELECT kind, partition, coalesce(ledger_rows, 0) + coalesce(expired_rows, 0) AS ledger_rows, lowest, highest
      FROM kept
      FULL JOIN expired USING (kind, partition)
), letters AS (
    SELECT kind, partition,
           count(*) FILTER (WHERE reason <> 'conflict') AS dead_letter_rows,
           count(*) FILTER (WHERE reason = 'conflict') AS conflict_rows
      FROM llm_dead_letters
     GROUP BY kind, partition
), adjustments AS (
    SELECT kind, source_partition AS partition,
           count(*) FILTER (WHERE reason = 'duplicate') AS duplicate_adjustments,
           count(*) FILTER (WHERE reason = 'conflict') AS conflict_adjustments
      FROM llm_usage_adjustments
     WHERE reason <> 'replay'
     GROUP BY kind, source_partition
)
SELECT kind, partition,
       coalesce(first_offset, 0) AS first_offset, coalesce(next_offset, 0) AS next_offset,
       coalesce(ledger, 0) AS ledger, coalesce(duplicates, 0) AS duplicates, coalesce(conflicts, 0) AS conflicts,
       coalesce(dead_letters, 0) AS dead_letters, coalesce(ticks, 0) AS ticks, coalesce(ends, 0) AS ends,
       coalesce(gaps, 0) AS gaps,
       coalesce(ledger_rows, 0) AS ledger_rows, lowest, highest,
       coalesce(dead_letter_rows, 0) AS dead_letter_rows, coalesce(conflict_rows, 0) AS conflict_rows,
       coalesce(duplicate_adjustments, 0) AS duplicate_adjustments,
       coalesce(conflict_adjustments, 0) AS conflict_adjustments
  FROM llm_source_partitions
  FULL JOIN ledger USING (kind, partition)
  FULL JOIN letters USING (kind, partition)
  FULL JOIN adjustments USING (kind, partition)
 ORDER BY kind DESC, partition;

-- name: first_offset_without_row
-- The first offset of a partition that no row speaks of, and how many such there are.
WITH listed AS (
    SELECT source_offset
      FROM llm_usage_events
     WHERE source_partition = %(partition)s AND (stream = 'live') = (%(kind)s = 'live')
     UNION
    SELECT source_offset FROM llm_usage_adjustments WHERE kind = %(kind)s AND source_partition = %(partition)s
     UNION
    SELECT "offset" FROM llm_dead_letters WHERE kind = %(kind)s AND partition = %(partition)s
     UNION
    SELECT %(first_offset)s - 1
), steps AS (
    SELECT source_offset, lead(source_offset, 1, %(next_offset)s) OVER (ORDER BY source_offset) AS following FROM listed
)
SELECT min(source_offset) + 1, coalesce(sum(following - source_offset - 1), 0)::bigint
  FROM steps
 WHERE following > source_offset + 1;

-- name: offsets_counted_twice
SELECT kind, partition, source_offset, array_agg(place ORDER BY place) AS places
  FROM (SELECT CASE WHEN stream = 'live' THEN 'live' ELSE 'import' END AS kind, source_partition AS partition,
               source_offset, 'ledger' AS place
          FROM llm_usage_events
         UNION ALL
        SELECT kind, partition, "offset", 'dead letters' FROM llm_dead_letters
         UNION ALL
        SELECT kind, source_partition, source_offset, 'duplicates' FROM llm_usage_adjustments WHERE reason = 'duplicate'
       ) AS rows_of_offsets
 GROUP BY kind, partition, source_offset
HAVING count(*) > 1
 ORDER BY kind DESC, partition, source_offset
 LIMIT %(limit)s;

-- name: wrong_late_rows
-- Every late ledger row is counted by one adjustment of the same measures, and by nothing else; expired days aside.
WITH late_rows AS (
    SELECT id, created_at, stream, dimensions_digest AS key_digest, ARRAY[{measures}] AS measures
      FROM llm_usage_event_measures
     WHERE NOT on_time AND (created_at AT TIME ZONE 'UTC')::date NOT IN (SELECT day FROM llm_expired_days)
), late_adjustments AS (
    SELECT event_id AS id, stream, kind, source_partition, source_offset, key_digest, ARRAY[{measures}] AS measures
      FROM llm_usage_adjustments
     WHERE reason = 'late' AND (window_start AT TIME ZONE 'UTC')::date NOT IN (SELECT day FROM llm_expired_days)
), wrong AS (
    SELECT late_rows.id, late_rows.created_at, late_rows.stream AS row_stream, late_adjustments.kind,
           late_adjustments.source_partition, late_adjustments.source_offset
      FROM late_rows
      FULL JOIN late_adjustments USING (id, stream)
     WHERE (late_rows.key_digest, late_rows.measures)
           IS DISTINCT FROM (late_adjustments.key_digest, late_adjustments.measures)
)
SELECT coalesce(wrong.kind, CASE WHEN wrong.row_stream = 'live' THEN 'live' ELSE 'import' END) AS kind,
       coalesce(wrong.source_partition, event.source_partition) AS partition,
       coalesce(wrong.source_offset, event.source_offset) AS source_offset,
       wrong.row_stream IS NOT NULL AS has_row, wrong.kind IS NOT NULL AS has_adjustment
  FROM wrong
  LEFT JOIN llm_usage_events AS event ON event.id = wrong.id AND event.created_at = wrong.created_at
 ORDER BY 1 DESC, 2, 3
 LIMIT %(limit)s;

-- name: windows
SELECT stream, window_start,
       CASE WHEN state = 'compacted' AND (window_start AT TIME ZONE 'UTC')::date IN (SELECT day FROM llm_expired_days)
            THEN 'expired' ELSE state END AS state,
       ledger_events, rollup_events, ledger_calls, rollup_calls, ledger_digest, rollup_digest,
       sums, differences
  FROM llm_windows
 ORDER BY window_start, stream;

-- name: wrong_session_totals
WITH ledger AS (
    SELECT session_id AS owner, dimensions_digest AS key_digest, {dimensions}, {sum_measures}
      FROM llm_usage_event_measures
     WHERE created_at >= %(start)s AND created_at < %(end)s AND stream = %(stream)s AND on_time
       AND session_id IS NOT NULL
     GROUP BY session_id, dimensions_digest, {dimensions}
), ledger_rows AS (
    SELECT owner, key_digest, jsonb_build_array({dimensions}) AS dims, ARRAY[{measures}]::numeric[] AS measures FROM ledger
), total_rows AS (
    SELECT session_id AS owner, key_digest, jsonb_build_array({dimensions}) AS dims,
           ARRAY[{measures}]::numeric[] AS measures
      FROM llm_session_usage
     WHERE stream = %(stream)s AND window_start = %(start)s
)
SELECT min(owner), count(*)
  FROM ledger_rows
  FULL JOIN total_rows USING (owner, key_digest, dims)
 WHERE ledger_rows.measures IS DISTINCT FROM total_rows.measures;

-- name: wrong_operation_totals
WITH ledger AS (
    SELECT operation_id AS owner, dimensions_digest AS key_digest, {dimensions}, {sum_measures}
      FROM llm_usage_event_measures
     WHERE created_at >= %(start)s AND created_at < %(end)s AND stream = %(stream)s AND on_time
       AND operation_id IS NOT NULL
     GROUP BY operation_id, dimensions_digest, {dimensions}
), ledger_rows AS (
    SELECT owner, key_digest, jsonb_build_array({dimensions}) AS dims, ARRAY[{measures}]::numeric[] AS measures FROM ledger
), total_rows AS (
    SELECT operation_id AS owner, key_digest, jsonb_build_array({dimensions}) AS dims,
           ARRAY[{measures}]::numeric[] AS measures
      FROM llm_operation_usage
     WHERE stream = %(stream)s AND window_start = %(start)s
)
SELECT min(owner), count(*)
  FROM ledger_rows
  FULL JOIN total_rows USING (owner, key_digest, dims)
 WHERE ledger_rows.measures IS DISTINCT FROM total_rows.measures;

-- name: rows_of_wrong_windows
-- Rows whose window is not recorded, or not in a state in which it has such rows.
WITH found AS (
    SELECT DISTINCT stream, date_bin(%(width)s::interval, created_at, timestamptz 'epoch') AS window_start,
           'llm_usage_events' AS found_in, ARRAY['open', 'closed', 'disputed', 'compacted'] AS states
      FROM llm_usage_events
     UNION ALL
    SELECT DISTINCT stream, window_start, 'llm_usage_adjustments', ARRAY['open', 'closed', 'disputed', 'compacted']
      FROM llm_usage_adjustments
     UNION ALL
    SELECT DISTINCT stream, window_start, 'llm_usage_partials', ARRAY['open', 'closed', 'disputed']
      FROM llm_usage_partials
     UNION ALL
    SELECT DISTINCT stream, window_start, 'llm_usage_rollups', ARRAY['compacted'] FROM llm_usage_rollups
     UNION ALL
    SELECT DISTINCT stream, window_start, 'llm_session_usage', ARRAY['compacted'] FROM llm_session_usage
     UNION ALL
    SELECT DISTINCT stream, window_start, 'llm_operation_usage', ARRAY['compacted'] FROM llm_operation_usage
)
SELECT stream, window_start, found_in, state
  FROM found
  LEFT JOIN llm_windows USING (stream, window_start)
 WHERE state IS NULL OR state <> ALL (states)
 ORDER BY window_start, stream, found_in
 LIMIT %(limit)s;

-- name: wrong_periods
-- Days and months whose totals are not the sums of the final rows, each with how many keys differ and the first one's
-- two sides, null where a side has no row.
WITH day_sums AS MATERIALIZED (
    SELECT date_trunc('day', window_start, 'UTC') AS period_start, key_digest, {dimensions}, {sum_measures}
      FROM llm_usage_rollups
     GROUP BY 1, key_digest, {dimensions}
), month_sums AS (
    SELECT date_trunc('month', period_start, 'UTC') AS period_start, key_digest, {dimensions}, {sum_measures}
      FROM day_sums
     GROUP BY 1, key_digest, {dimensions}
), summed AS (
    SELECT 'day' AS unit, period_start, key_digest, jsonb_build_array({dimensions}) AS dims,
           ARRAY[{measures}]::numeric[] AS measures
      FROM day_sums
     UNION ALL
    SELECT 'month', period_start, key_digest, jsonb_build_array({dimensions}), ARRAY[{measures}]::numeric[]
      FROM month_sums
), kept AS (
    SELECT 'day' AS unit, period_start, key_digest, jsonb_build_array({dimensions}) AS dims,
           ARRAY[{measures}]::numeric[] AS measures
      FROM llm_daily_usage
     UNION ALL
    SELECT 'month', period_start, key_digest, jsonb_build_array({dimensions}), ARRAY[{measures}]::numeric[]
      FROM llm_monthly_usage
), wrong AS (
    SELECT unit, period_start, kept.measures AS kept, summed.measures AS summed,
           count(*) OVER period AS keys, row_number() OVER (period ORDER BY dims, key_digest) AS nth
      FROM kept
      FULL JOIN summed USING (unit, period_start, key_digest, dims)
     WHERE kept.measures IS DISTINCT FROM summed.measures
    WINDOW period AS (PARTITION BY unit, period_start)
)
SELECT unit, period_start, keys, kept, summed
  FROM wrong
 WHERE nth = 1
 ORDER BY period_start, unit
 LIMIT %(limit)s;
