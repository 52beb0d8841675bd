-- The maintainer's statements. {dimensions}, {measures} and {sum_measures} are column lists, put in by the loader.

-- name: try_lock
-- The two numbers name the lock of maintenance in this database; a session holds it, and its end lets go of it.
SELECT pg_try_advisory_lock(1953459308, 1) AS held;

-- name: unlock
SELECT pg_advisory_unlock(1953459308, 1);

-- name: lock_holder
SELECT activity.pid, activity.application_name, host(activity.client_addr) AS address
  FROM pg_locks
  JOIN pg_stat_activity AS activity USING (pid)
 WHERE locktype = 'advisory' AND granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND classid = 1953459308 AND objid = 1 AND objsubid = 2;

-- name: sees_every_row
-- Whoever row-level security shows nothing would find ledger and totals equal: both empty.
SELECT NOT row_security_active('llm_usage_events') OR EXISTS (
           SELECT FROM pg_policy, unnest(polroles) AS role
            WHERE polrelid = 'llm_usage_events'::regclass AND polname <> 'tenants' AND pg_has_role(role, 'USAGE'));

-- name: progress
SELECT kind, partition, source.clock_ms AS ledger_clock, changelog.clock_ms AS rollup_clock, changelog.open
  FROM llm_source_partitions AS source
  FULL JOIN llm_changelog_partitions AS changelog USING (kind, partition)
 ORDER BY kind, partition;

-- name: import_ends
SELECT partition, side, array_agg(import_id) AS import_ids
  FROM llm_import_ends
 WHERE import_id = ANY (%(import_ids)s)
 GROUP BY partition, side;

-- name: missing_days
-- UTC days from today to `ahead` days on that the ledger has no partition for.
SELECT day::date
  FROM generate_series((now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date + %(ahead)s::integer,
                       interval '1 day') AS day
 WHERE NOT EXISTS (
           SELECT FROM pg_inherits
             JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = 'public.llm_usage_events'::regclass
              AND relname = 'llm_usage_events_' || to_char(day, 'YYYYMMDD'))
 ORDER BY day;

-- name: ensure_day
SELECT ensure_ledger_day(%(day)s);

-- name: open_windows
SELECT stream, window_start FROM llm_windows WHERE state = 'open' ORDER BY window_start, stream;

-- name: close_windows
-- Locked in the order in which a sink holds them, so that the two never wait for each other.
WITH held AS (
    SELECT stream, window_start
      FROM llm_windows
     WHERE state = 'open'
       AND (stream, window_start) IN (SELECT * FROM unnest(%(streams)s::text[], %(starts)s::timestamptz[]))
     ORDER BY stream, window_start
       FOR UPDATE
)
UPDATE llm_windows AS w
   SET state = 'closed', closed_at = now()
  FROM held
 WHERE w.stream = held.stream AND w.window_start = held.window_start;

-- name: windows_to_compact
-- New ones first; a disputed window is looked at again when its last look is `recheck` ago.
SELECT stream, window_start
  FROM llm_windows
 WHERE state = 'closed' OR (state = 'disputed' AND checked_at <= now() - %(recheck)s::interval)
 ORDER BY state, window_start, stream;

-- name: window_state
SELECT state FROM llm_windows WHERE stream = %(stream)s AND window_start = %(start)s;

-- name: compare_window
-- Both sides of a window, key by key: the on-time ledger rows, and the gross totals with what was taken back from them.
-- Gross totals are partials before compaction and final rows after it; one window never has both.
-- The digests are over the rows in the order of their keys, so equal digests mean equal rows.
WITH ledger_sums AS (
    SELECT dimensions_digest AS key_digest, {dimensions}, {sum_measures}
      FROM llm_usage_event_measures
     WHERE created_at >= %(start)s AND created_at < %(end)s AND stream = %(stream)s AND on_time
     GROUP BY dimensions_digest, {dimensions}
), rollup_entries AS (
    SELECT key_digest, {dimensions}, {measures}
      FROM llm_usage_partials
     WHERE stream = %(stream)s AND window_start = %(start)s
    UNION ALL
    SELECT key_digest, {dimensions}, {measures}
      FROM llm_usage_rollups
     WHERE stream = %(stream)s AND window_start = %(start)s
    UNION ALL
    SELECT key_digest, {dimensions}, {measures}
      FROM llm_usage_adjustments
     WHERE stream = %(stream)s AND window_start = %(start)s AND reason IN ('duplicate', 'conflict', 'expired')
), rollup_sums AS (
    SELECT key_digest, {dimensions}, {sum_measures}
      FROM rollup_entries
     GROUP BY key_digest, {dimensions}
), ledger_rows AS (
    SELECT key_digest, jsonb_build_array({dimensions}) AS dims, ARRAY[{measures}]::numeric[] AS measures FROM ledger_sums
), rollup_rows AS (
    SELECT key_digest, jsonb_build_array({dimensions}) AS dims, ARRAY[{measures}]::numeric[] AS measures FROM rollup_sums
), paired AS MATERIALIZED (
    SELECT coalesce(ledger.key_digest, rollup.key_digest) AS key_digest,
           coalesce(ledger.dims, rollup.dims) AS dims,
           coalesce(ledger.measures, %(zero)s::numeric[]) AS ledger,
           coalesce(rollup.measures, %(zero)s::numeric[]) AS rollup
      FROM ledger_rows AS ledger
      FULL JOIN rollup_rows AS rollup ON rollup.key_digest = ledger.key_digest AND rollup.dims = ledger.dims
), digests AS (
    SELECT sha256(coalesce(string_agg(sha256(key_digest || convert_to(dims::text || ledger::text, 'UTF8')), ''::bytea
                                      ORDER BY key_digest, dims) FILTER (WHERE ledger <> %(zero)s::numeric[]), '')) AS ledger_digest,
           sha256(coalesce(string_agg(sha256(key_digest || convert_to(dims::text || rollup::text, 'UTF8')), ''::bytea
                                      ORDER BY key_digest, dims) FILTER (WHERE rollup <> %(zero)s::numeric[]), '')) AS rollup_digest
      FROM paired
), ledger_total AS (
    SELECT {sum_measures} FROM ledger_sums
), rollup_total AS (
    SELECT {sum_measures} FROM rollup_sums
), differing AS (
    SELECT dims, entry.nth, entry.ledger_value, entry.rollup_value
      FROM paired, unnest(ledger, rollup) WITH ORDINALITY AS entry (ledger_value, rollup_value, nth)
     WHERE ledger <> rollup AND ledger_value <> rollup_value
), listed AS (
    SELECT jsonb_agg(jsonb_build_array(dims, nth, ledger_value, rollup_value)) AS differences
      FROM (SELECT * FROM differing ORDER BY dims, nth LIMIT %(limit)s) AS first_ones
)
SELECT ledger_digest, rollup_digest, differences,
       (SELECT count(*) FROM differing) AS difference_count,
       (SELECT ARRAY[{measures}]::numeric[] FROM ledger_total) AS ledger_sums,
       (SELECT ARRAY[{measures}]::numeric[] FROM rollup_total) AS rollup_sums
  FROM digests, listed;

-- name: write_rollups
INSERT INTO llm_usage_rollups (stream, window_start, key_digest, {dimensions}, {measures})
SELECT stream, window_start, key_digest, {dimensions}, {sum_measures}
  FROM llm_usage_partials
 WHERE stream = %(stream)s AND window_start = %(start)s
 GROUP BY stream, window_start, key_digest, {dimensions};

-- name: clear_session_usage
-- None are there, unless someone took a compacted window back: then they are made anew from the ledger.
DELETE FROM llm_session_usage WHERE stream = %(stream)s AND window_start = %(start)s;

-- name: write_session_usage
INSERT INTO llm_session_usage (session_id, stream, window_start, key_digest, {dimensions}, {measures})
SELECT session_id, stream, %(start)s, dimensions_digest, {dimensions}, {sum_measures}
  FROM llm_usage_event_measures
 WHERE created_at >= %(start)s AND created_at < %(end)s AND stream = %(stream)s AND on_time
   AND session_id IS NOT NULL
 GROUP BY session_id, stream, dimensions_digest, {dimensions};

-- name: clear_operation_usage
-- None are there, unless someone took a compacted window back: then they are made anew from the ledger.
DELETE FROM llm_operation_usage WHERE stream = %(stream)s AND window_start = %(start)s;

-- name: write_operation_usage
INSERT INTO llm_operation_usage (operation_id, stream, window_start, key_digest, {dimensions}, {measures}, last_created_at)
SELECT operation_id, stream, %(start)s, dimensions_digest, {dimensions}, {sum_measures}, max(created_at)
  FROM llm_usage_event_measures
 WHERE created_at >= %(start)s AND created_at < %(end)s AND stream = %(stream)s AND on_time
   AND operation_id IS NOT NULL
 GROUP BY operation_id, stream, dimensions_digest, {dimensions};

-- name: lock_window
-- Waits for a sink that is writing partials of the window, and keeps the next one from starting until we have committed.
SELECT state FROM llm_windows WHERE stream = %(stream)s AND window_start = %(start)s FOR UPDATE;

-- name: delete_partials
DELETE FROM llm_usage_partials WHERE stream = %(stream)s AND window_start = %(start)s;

-- name: write_verdict
UPDATE llm_windows
   SET state = %(state)s,
       checked_at = now(),
       compacted_at = CASE %(state)s WHEN 'compacted' THEN now() END,
       ledger_events = %(ledger_events)s, rollup_events = %(rollup_events)s,
       ledger_calls = %(ledger_calls)s, rollup_calls = %(rollup_calls)s,
       ledger_digest = %(ledger_digest)s, rollup_digest = %(rollup_digest)s,
       sums = %(sums)s, differences = %(differences)s
 WHERE stream = %(stream)s AND window_start = %(start)s;

-- name: list_windows
-- Expired is what a compacted window becomes when its day's rows have left the ledger.
SELECT stream, window_start, shown.state, closed_at, compacted_at, checked_at, ledger_events, rollup_events, ledger_calls,
       rollup_calls, ledger_digest, rollup_digest, sums, differences
  FROM llm_windows AS recorded
 CROSS JOIN LATERAL (
           SELECT CASE WHEN recorded.state = 'compacted' AND EXISTS (
                           SELECT FROM llm_expired_days WHERE day = (window_start AT TIME ZONE 'UTC')::date)
                       THEN 'expired' ELSE recorded.state END AS state) AS shown
 WHERE shown.state = ANY (%(states)s)
 ORDER BY window_start, stream;
