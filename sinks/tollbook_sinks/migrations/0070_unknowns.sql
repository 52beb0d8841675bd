-- What is not known stands in every answer: whether a range can still grow.

CREATE FUNCTION get_range_state(p_from timestamptz, p_to timestamptz) RETURNS TABLE (
    is_over boolean, is_read boolean, windows_open bigint, windows_closed bigint, windows_disputed bigint,
    windows_compacted bigint, is_final boolean
) LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
BEGIN ATOMIC
    WITH window_state AS (
        SELECT
            count(*) FILTER (WHERE w.state = 'open') AS windows_open,
            count(*) FILTER (WHERE w.state = 'closed') AS windows_closed,
            count(*) FILTER (WHERE w.state = 'disputed') AS windows_disputed,
            count(*) FILTER (WHERE w.state = 'compacted') AS windows_compacted
        FROM llm_windows AS w
        WHERE w.window_start >= coalesce(p_from, '-infinity') AND w.window_start < coalesce(p_to, 'infinity')
    ),
    log AS (
        SELECT
            coalesce(p_to <= now(), false) AS is_over,
            p_to IS NOT NULL AND NOT EXISTS (
                SELECT FROM llm_source_partitions AS p
                WHERE p.kind = 'live' AND p.clock_ms < extract(epoch FROM p_to) * 1000
            ) AS is_read
    )
    SELECT
        log.is_over, log.is_read, s.windows_open, s.windows_closed, s.windows_disputed, s.windows_compacted,
        log.is_over AND log.is_read AND s.windows_open + s.windows_closed + s.windows_disputed = 0
    FROM window_state AS s CROSS JOIN log;
END;
COMMENT ON FUNCTION get_range_state IS
    'Whether a range is final: over, read past its end in every live partition of the log, and each of its windows, '
    'everybody''s, compacted. From then on only recorded corrections change an answer. Runs as the owner: windows are '
    'nobody''s in particular.';
