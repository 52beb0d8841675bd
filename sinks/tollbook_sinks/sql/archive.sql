-- A day's rows out of the ledger, back into it, and what they add up to.

-- name: describe
SELECT * FROM llm_usage_events LIMIT 0;

-- name: read_rows
SELECT {selected} FROM public.{table} ORDER BY created_at, id;

-- name: prove_rows
-- The digest of all rows in order; each row's is that of its columns' texts. See archive/spelling.py for the other side.
SELECT count(*),
       sha256(coalesce(string_agg(sha256(convert_to(line, 'UTF8')), ''::bytea ORDER BY created_at, id), ''))
  FROM (SELECT created_at, id, concat_ws({between}, {spelled}) AS line FROM public.{table}) AS spelled;

-- name: sum_day
SELECT {sum_measures} FROM llm_usage_event_measures WHERE created_at >= %(start)s AND created_at < %(end)s;

-- name: expired_day
SELECT archived_at IS NOT NULL, dropped_at IS NOT NULL, ledger_rows, rows_digest
  FROM llm_expired_days
 WHERE day = %(day)s
   FOR UPDATE;

-- name: create_day
CREATE TABLE public.{table} (LIKE public.llm_usage_events INCLUDING ALL EXCLUDING INDEXES);

-- name: bound_day
ALTER TABLE public.{table} ADD CONSTRAINT {constraint} CHECK (created_at >= {start} AND created_at < {end});

-- name: load_day
COPY public.{table} ({names}) FROM STDIN;

-- name: attach_day
ALTER TABLE public.llm_usage_events ATTACH PARTITION public.{table} FOR VALUES FROM ({start}) TO ({end});

-- name: record_restore
UPDATE llm_expired_days SET restored_at = now(), dropped_at = NULL WHERE day = %(day)s;

-- name: release_day
UPDATE llm_expired_days SET restored_at = NULL WHERE day = %(day)s AND restored_at IS NOT NULL;
