-- The sink copies into the ledger's days themselves: COPY is not possible into a table with row-level security, as the
-- ledger as a whole has for its readers. Nobody but the sink has rights on a day.

CREATE FUNCTION open_ledger_day(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text := format('public.%I', 'llm_usage_events_' || to_char(day, 'YYYYMMDD'));
BEGIN
    PERFORM public.ensure_ledger_day(day);  -- whose lock keeps two from granting at once
    IF to_regclass(name) IS NOT NULL AND NOT has_table_privilege('tollbook_sink', name, 'INSERT') THEN
        EXECUTE format('GRANT INSERT ON %s TO tollbook_sink', name);
    END IF;
END
$$;
COMMENT ON FUNCTION open_ledger_day(date) IS 'make the ledger''s partition of a UTC day if there is none, for the sink to write to';

REVOKE EXECUTE ON FUNCTION open_ledger_day(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_ledger_day(date) TO tollbook_sink;

-- No row ever stands here; the sink's own table, through which adjustments go, is made like it.
GRANT SELECT ON llm_usage_columns TO tollbook_sink;
