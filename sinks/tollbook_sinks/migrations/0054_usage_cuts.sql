-- Usage cut into days or months of a time zone where the windows can make that cut, and by what decides prices.

-- One second before a local midnight and one after it again: right where clocks are set at midnight, too.
CREATE FUNCTION llm_local_start(p_cut text, p_at timestamptz, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ((date_trunc(p_cut, p_at AT TIME ZONE p_zone) - interval '1 second') AT TIME ZONE p_zone) + interval '1 second';
COMMENT ON FUNCTION llm_local_start IS 'when the day or month of a time zone began that a time is in';

CREATE FUNCTION llm_is_cut(p_by text[], p_zone text, p_from timestamptz, p_to timestamptz, p_window interval)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    known CONSTANT text[] := ARRAY[
        'provider', 'model', 'use_case', 'environment', 'workspace', 'project', 'template', 'collection', 'window',
        'day', 'month'
    ];
    cuts CONSTANT text[] := ARRAY(
        SELECT DISTINCT name FROM unnest(p_by) AS name WHERE name IN ('window', 'day', 'month')
    );
    first timestamptz;
    last timestamptz;
    inside timestamptz;
BEGIN
    IF p_by IS NULL OR NOT p_by <@ known THEN
        RAISE EXCEPTION 'usage is told apart by %, not by %', array_to_string(known, ', '),
            (SELECT quote_nullable(name) FROM unnest(p_by) AS name WHERE name IS NULL OR name <> ALL (known) LIMIT 1)
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF cardinality(cuts) > 1 THEN
        RAISE EXCEPTION 'window, day and month exclude each other: ask for the finest of them'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_zone IS NULL THEN
        RAISE EXCEPTION 'the time zone is missing: it says where a day begins'
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM now() AT TIME ZONE p_zone;  -- which refuses what is no zone
    IF NOT cuts && '{day,month}' THEN
        RETURN true;
    END IF;
    first := coalesce(p_from, (SELECT min(window_start) FROM llm_windows));
    last := coalesce(p_to, (SELECT max(window_start) + p_window FROM llm_windows));
    SELECT begins INTO inside
    FROM generate_series(
        date_trunc(cuts[1], first AT TIME ZONE p_zone), last AT TIME ZONE p_zone, ('1 ' || cuts[1])::interval
    ) AS local CROSS JOIN LATERAL llm_local_start(cuts[1], local AT TIME ZONE p_zone, p_zone) AS begins
    WHERE begins > first AND begins < last AND extract(epoch FROM begins) % extract(epoch FROM p_window) <> 0
    LIMIT 1;
    IF inside IS NOT NULL THEN
        RAISE EXCEPTION 'a % of % begins at % UTC, inside a window of %: totals cannot be cut there', cuts[1], p_zone,
            inside AT TIME ZONE 'UTC', p_window
            USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Cut in UTC, or keep usage in windows of 30 or 15 minutes from the start.';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION llm_is_cut IS
    'true, or the reason why not as error 22023 (22004: no zone): a name that usage is not told apart by, or a day or '
    'month that begins inside a window of the range (all time: of what is recorded)';

-- In PL/pgSQL, because that keeps plans for the length of a session: making one takes longer than using it. A plan for
-- each scope, which names the one index that it needs; hashed, because these rows are too wide to sort.
CREATE FUNCTION llm_usage_cuts(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval,
    p_by text[], p_supposed llm_supposed_price[], p_zone text
) RETURNS SETOF llm_usage_part LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET plan_cache_mode = force_generic_plan SET enable_sort = off AS $$
DECLARE
    cuts timestamptz[];
    months tstzmultirange := '{}';
    days tstzmultirange := '{}';
    windows tstzmultirange;
    since CONSTANT timestamptz := greatest(p_from, llm_unfinished_since());
BEGIN
    PERFORM llm_is_scope(p_scope, p_id, p_from, p_to, p_window), llm_is_cut(p_by, p_zone, p_from, p_to, p_window);
    cuts := llm_price_cuts(p_from, p_to, p_supposed);
    windows := tstzmultirange(tstzrange(p_from, p_to));
    -- A local day or month may begin inside one of UTC.
    IF NOT 'window' = ANY (p_by) AND (p_zone = 'UTC' OR NOT p_by && '{day,month}') THEN
        IF NOT 'day' = ANY (p_by) THEN
            months := llm_whole_periods('month', p_from, p_to, cuts);
        END IF;
        days := llm_whole_periods('day', p_from, p_to, cuts) - months;
        windows := windows - months - days;
    END IF;
    CASE p_scope
        WHEN 'project' THEN
            RETURN QUERY SELECT * FROM llm_summed_totals(
                'project', p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_zone, cuts, months, days, windows,
                since
            );
        WHEN 'workspace' THEN
            RETURN QUERY SELECT * FROM llm_summed_totals(
                'workspace', p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_zone, cuts, months, days, windows,
                since
            );
        WHEN 'collection' THEN
            RETURN QUERY SELECT * FROM llm_summed_totals(
                'collection', p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_zone, cuts, months, days, windows,
                since
            );
        WHEN 'template' THEN
            RETURN QUERY SELECT * FROM llm_summed_totals(
                'template', p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_zone, cuts, months, days, windows,
                since
            );
        WHEN 'session' THEN
            RETURN QUERY SELECT * FROM llm_summed_totals(
                'session', p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_zone, cuts, months, days, windows,
                since
            );
        WHEN 'operation' THEN
            RETURN QUERY SELECT * FROM llm_summed_totals(
                'operation', p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_zone, cuts, months, days, windows,
                since
            );
        WHEN 'all' THEN
            RETURN QUERY SELECT * FROM llm_summed_totals(
                'all', p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_zone, cuts, months, days, windows,
                since
            );
    END CASE;
END
$$;
COMMENT ON FUNCTION llm_usage_cuts IS
    'Net usage of a scope by what decides prices, and by any of project, template, collection, environment and one of '
    'window, day, month that p_by names; window_start is the start of the window, or of the day or month in p_zone. A '
    'workspace is always told apart: contracts are a workspace''s.';

CREATE FUNCTION llm_usage_parts(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval,
    p_by text[], p_supposed llm_supposed_price[]
) RETURNS SETOF llm_usage_part LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM llm_usage_cuts(
        p_scope, p_id, p_from, p_to, p_workspace_id, p_window, p_by, p_supposed, 'UTC'
    );
END;
COMMENT ON FUNCTION llm_usage_parts IS 'llm_usage_cuts with days and months of UTC';
COMMENT ON COLUMN llm_usage_part.window_start IS 'the start of the window, day or month that p_by names; else null';
