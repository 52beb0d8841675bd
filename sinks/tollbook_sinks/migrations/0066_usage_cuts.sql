-- Usage cut into days or months of a time zone, where the windows can make that cut.

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

CREATE FUNCTION llm_usage_cuts(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval,
    p_by text[], p_supposed llm_supposed_price[], p_zone text
) RETURNS SETOF llm_usage_part LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH bound AS (SELECT llm_price_bounds(p_supposed) AS bounds)
    SELECT
        row_number() OVER (), keyed.provider, keyed.model, keyed.response_model, keyed.use_case, keyed.state,
        keyed.workspace_id, keyed.by_project, keyed.by_template, keyed.by_collection, keyed.by_environment,
        keyed.service_tier, keyed.batch, keyed.prompt_band, keyed.by_window, min(keyed.window_start),
        sum(keyed.events), sum(keyed.calls_success), sum(keyed.calls_missing_usage), sum(keyed.calls_timeout),
        sum(keyed.calls_error), sum(keyed.calls_with_usage), sum(keyed.prompt_tokens), sum(keyed.prompt_tokens_calls),
        sum(keyed.completion_tokens), sum(keyed.completion_tokens_calls), sum(keyed.total_tokens),
        sum(keyed.total_tokens_calls), sum(keyed.input_audio_tokens), sum(keyed.input_audio_tokens_calls),
        sum(keyed.output_audio_tokens), sum(keyed.output_audio_tokens_calls), sum(keyed.cached_prompt_tokens),
        sum(keyed.cached_prompt_tokens_calls), sum(keyed.cached_audio_tokens), sum(keyed.cached_audio_tokens_calls),
        sum(keyed.cached_image_tokens), sum(keyed.cached_image_tokens_calls), sum(keyed.cache_write_tokens),
        sum(keyed.cache_write_tokens_calls), sum(keyed.reasoning_tokens), sum(keyed.reasoning_tokens_calls),
        sum(keyed.tool_use_prompt_tokens), sum(keyed.tool_use_prompt_tokens_calls), sum(keyed.input_image_tokens),
        sum(keyed.input_image_tokens_calls), sum(keyed.output_image_tokens), sum(keyed.output_image_tokens_calls),
        sum(keyed.input_audio_ms), sum(keyed.input_audio_ms_calls), sum(keyed.billable_audio_ms),
        sum(keyed.billable_audio_ms_calls), sum(keyed.output_audio_ms), sum(keyed.output_audio_ms_calls),
        sum(keyed.output_images), sum(keyed.output_images_calls), sum(keyed.web_search_requests),
        sum(keyed.web_search_requests_calls), sum(keyed.provider_cost_e10), sum(keyed.provider_cost_e10_calls),
        sum(keyed.latency_ms), sum(keyed.latency_ms_calls)
    FROM (
        SELECT
            used.*,
            CASE WHEN 'project' = ANY (p_by) THEN used.project_id END AS by_project,
            CASE WHEN 'template' = ANY (p_by) THEN used.template_id END AS by_template,
            CASE WHEN 'collection' = ANY (p_by) THEN used.collection_id END AS by_collection,
            CASE WHEN 'environment' = ANY (p_by) THEN used.environment END AS by_environment,
            CASE
                WHEN 'window' = ANY (p_by) THEN used.window_start
                WHEN 'day' = ANY (p_by) THEN llm_local_start('day', used.window_start, p_zone)
                WHEN 'month' = ANY (p_by) THEN llm_local_start('month', used.window_start, p_zone)
            END AS by_window,
            width_bucket(used.window_start, (SELECT bounds FROM bound)) AS epoch
        FROM llm_usage_rows(p_scope, p_id, p_from, p_to, p_workspace_id, p_window) AS used
        WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window)
            AND llm_is_cut(p_by, p_zone, p_from, p_to, p_window)
    ) AS keyed
    GROUP BY
        keyed.provider, keyed.model, keyed.response_model, keyed.use_case, keyed.state, keyed.workspace_id,
        keyed.by_project, keyed.by_template, keyed.by_collection, keyed.by_environment, keyed.service_tier,
        keyed.batch, keyed.prompt_band, keyed.by_window, keyed.epoch;
END;
COMMENT ON FUNCTION llm_usage_cuts IS
    'Net usage of a scope by what decides prices, and by any of project, template, collection, environment and one of '
    'window, day, month that p_by names; window_start is the start of the window, or of the day or month in p_zone. A '
    'workspace is always told apart: contracts are a workspace''s.';

CREATE OR REPLACE FUNCTION llm_usage_parts(
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
