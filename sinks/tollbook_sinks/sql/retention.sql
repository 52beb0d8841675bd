-- Which days may leave the ledger, and the record of those that do.

-- name: live_clocks
SELECT clock_ms FROM llm_source_partitions WHERE kind = 'live';

-- name: kept_days
-- Days with a partition in the ledger that nothing is decided about yet.
SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day
  FROM pg_inherits
  JOIN pg_class ON pg_class.oid = inhrelid
 WHERE inhparent = 'public.llm_usage_events'::regclass
   AND NOT EXISTS (
           SELECT FROM llm_expired_days AS expired
            WHERE relname = 'llm_usage_events_' || to_char(expired.day, 'YYYYMMDD'))
 ORDER BY day;

-- name: day_windows
-- Every window that is recorded for the day, or that a row of it belongs to.
WITH ledger AS (
    SELECT stream, date_bin(%(width)s, created_at, timestamptz 'epoch') AS window_start,
           count(*) FILTER (WHERE on_time) AS on_time_rows, count(*) FILTER (WHERE NOT on_time) AS late_rows
      FROM llm_usage_events
     WHERE created_at >= %(start)s AND created_at < %(end)s
     GROUP BY 1, 2
), recorded AS (
    SELECT stream, window_start, state, ledger_events
      FROM llm_windows
     WHERE window_start > %(start)s - %(width)s::interval AND window_start < %(end)s
), late AS (
    SELECT stream, window_start, count(*) AS corrections
      FROM llm_usage_adjustments
     WHERE window_start > %(start)s - %(width)s::interval AND window_start < %(end)s AND reason = 'late'
     GROUP BY 1, 2
)
SELECT stream, window_start, state, ledger_events AS proven_rows,
       coalesce(on_time_rows, 0) AS on_time_rows, coalesce(late_rows, 0) AS late_rows,
       coalesce(corrections, 0) AS corrections
  FROM ledger FULL JOIN recorded USING (stream, window_start) LEFT JOIN late USING (stream, window_start)
 ORDER BY window_start, stream;

-- name: see_what_is_committed
-- The default of this session is one snapshot a transaction; here each statement must see what the lock before waited for.
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

-- name: try_lock_day
-- Sinks hold this lock, shared, while they write into the day: see hold_llm_windows.
SELECT pg_try_advisory_xact_lock(1953459309, %(day)s::date - date '1970-01-01');

-- name: try_lock_administration
-- The lock of administrators' actions (admin.sql): an import or a replay that is under way counts on every day.
SELECT pg_try_advisory_xact_lock(1953459308, 2);

-- name: record_expiry
INSERT INTO llm_expired_days (day) VALUES (%(day)s);

-- name: record_expired_offsets
INSERT INTO llm_expired_offsets (day, kind, partition, ledger_rows)
SELECT %(day)s, CASE WHEN stream = 'live' THEN 'live' ELSE 'import' END, source_partition, count(*)
  FROM llm_usage_events
 WHERE created_at >= %(start)s AND created_at < %(end)s
 GROUP BY 2, 3;

-- name: unfinished_days
-- Days that have expired and are still here.
SELECT day, archived_at IS NOT NULL AS archived
  FROM llm_expired_days
 WHERE dropped_at IS NULL AND restored_at IS NULL
 ORDER BY day;

-- name: restored_days
SELECT day FROM llm_expired_days WHERE restored_at IS NOT NULL ORDER BY day;

-- name: expired_rows
SELECT coalesce(sum(ledger_rows), 0)::bigint FROM llm_expired_offsets WHERE day = %(day)s;

-- name: place_of_day
-- attached, leaving (a detach was broken off) or alone; no row where the table is gone.
SELECT CASE WHEN inhrelid IS NULL THEN 'alone' WHEN inhdetachpending THEN 'leaving' ELSE 'attached' END AS place
  FROM pg_class
  LEFT JOIN pg_inherits ON inhrelid = pg_class.oid AND inhparent = 'public.llm_usage_events'::regclass
 WHERE relname = %(name)s AND relnamespace = 'public'::regnamespace;

-- name: record_archive
UPDATE llm_expired_days
   SET archived_at = now(), file_name = %(file_name)s, file_bytes = %(file_bytes)s, file_digest = %(file_digest)s,
       ledger_rows = %(ledger_rows)s, sums = %(sums)s, rows_digest = %(rows_digest)s
 WHERE day = %(day)s;

-- name: record_drop
UPDATE llm_expired_days SET dropped_at = now() WHERE day = %(day)s;

-- name: bound_waits
SELECT set_config('lock_timeout', %(lock_timeout)s, false);
