-- A sink that writes into a day keeps it from expiring until its transaction ends, and is told which days have.
-- The maintainer takes the same lock alone, and only where nobody holds it: neither ever waits for the other.

DROP FUNCTION hold_llm_windows(text[], timestamptz[]);

CREATE FUNCTION hold_llm_windows(streams text[], starts timestamptz[])
RETURNS TABLE (stream text, window_start timestamptz, state text, expired boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
    -- 1953459309 names these locks in this database, beside it the day's number since 1970.
    SELECT pg_advisory_xact_lock_shared(1953459309, held.day - date '1970-01-01')
    FROM (SELECT DISTINCT start::date AS day FROM unnest(starts) AS start ORDER BY 1) AS held;

    SELECT
        w.stream, w.window_start, w.state,
        EXISTS (SELECT FROM public.llm_expired_days AS d WHERE d.day = w.window_start::date)
    FROM public.llm_windows AS w
    WHERE (w.stream, w.window_start) IN (SELECT * FROM unnest(streams, starts))
    ORDER BY w.stream, w.window_start
    FOR SHARE OF w
$$;

REVOKE EXECUTE ON FUNCTION hold_llm_windows(text[], timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_llm_windows(text[], timestamptz[]) TO tollbook_sink;

-- As before, except for days that have expired: they are never made again.
CREATE OR REPLACE FUNCTION ensure_ledger_day(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    name text := 'llm_usage_events_' || to_char(day, 'YYYYMMDD');
    lower_bound timestamptz := day::timestamptz;
    upper_bound timestamptz := (day + 1)::timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tollbook.ensure_ledger_day', 0));
    IF EXISTS (
        SELECT FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.llm_usage_events'::regclass AND c.relname = name
    ) OR EXISTS (
        SELECT FROM public.llm_expired_days AS expired WHERE expired.day = ensure_ledger_day.day
    ) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.llm_usage_events INCLUDING ALL EXCLUDING INDEXES)', name);
    EXECUTE format(
        'ALTER TABLE public.%I ADD CONSTRAINT %I CHECK (created_at >= %L AND created_at < %L)',
        name, name || '_day', lower_bound, upper_bound
    );
    EXECUTE format(
        'ALTER TABLE public.llm_usage_events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        name, lower_bound, upper_bound
    );
END
$$;
