-- Usage summed as far as one price applies to it: what every answer about money begins with.

CREATE OR REPLACE FUNCTION llm_is_scope(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_window interval
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF p_scope IS NULL OR p_scope NOT IN ('project', 'workspace', 'session', 'all') THEN
        RAISE EXCEPTION 'usage is kept by project, workspace or session, not by %', quote_nullable(p_scope)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The scope ''all'' with a null id means everybody.';
    ELSIF (p_scope = 'all') <> (p_id IS NULL) THEN
        RAISE EXCEPTION 'the id of the % is missing, or one too many', p_scope
            USING ERRCODE = 'null_value_not_allowed', HINT = 'The scope ''all'' has no id, any other has one.';
    ELSIF p_window IS NULL OR extract(epoch FROM p_window) <= 0 THEN
        RAISE EXCEPTION 'a window must be longer than nothing' USING ERRCODE = 'invalid_parameter_value';
    ELSIF extract(epoch FROM p_from) % extract(epoch FROM p_window) <> 0
        OR extract(epoch FROM p_to) % extract(epoch FROM p_window) <> 0
    THEN
        RAISE EXCEPTION 'the range must begin and end on window boundaries: usage is kept in windows of %', p_window
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use full windows counted from 1970-01-01 00:00 UTC.';
    ELSIF p_from >= p_to THEN
        RAISE EXCEPTION 'the range is empty: its start must be before its end, which is exclusive'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN true;
END
$$;

CREATE TYPE llm_usage_part AS (
    part_number bigint, provider text, model text, response_model text, use_case text, state text,
    workspace_id text, project_id text, template_id text, collection_id text, environment text,
    service_tier text, batch boolean, prompt_band integer, window_start timestamptz, priced_at timestamptz,
    events numeric, calls_success numeric, calls_missing_usage numeric, calls_timeout numeric, calls_error numeric,
    calls_with_usage numeric, prompt_tokens numeric, prompt_tokens_calls numeric, completion_tokens numeric,
    completion_tokens_calls numeric, total_tokens numeric, total_tokens_calls numeric, input_audio_tokens numeric,
    input_audio_tokens_calls numeric, output_audio_tokens numeric, output_audio_tokens_calls numeric,
    cached_prompt_tokens numeric, cached_prompt_tokens_calls numeric, cached_audio_tokens numeric,
    cached_audio_tokens_calls numeric, cached_image_tokens numeric, cached_image_tokens_calls numeric,
    cache_write_tokens numeric, cache_write_tokens_calls numeric, reasoning_tokens numeric, reasoning_tokens_calls
    numeric, tool_use_prompt_tokens numeric, tool_use_prompt_tokens_calls numeric, input_image_tokens numeric,
    input_image_tokens_calls numeric, output_image_tokens numeric, output_image_tokens_calls numeric, input_audio_ms
    numeric, input_audio_ms_calls numeric, billable_audio_ms numeric, billable_audio_ms_calls numeric, output_audio_ms
    numeric, output_audio_ms_calls numeric, output_images numeric, output_images_calls numeric, web_search_requests
    numeric, web_search_requests_calls numeric, provider_cost_e10 numeric, provider_cost_e10_calls numeric, latency_ms
    numeric, latency_ms_calls numeric
);
COMMENT ON TYPE llm_usage_part IS 'sums over rows that have the same prices; the keys that were not asked for are null';
COMMENT ON COLUMN llm_usage_part.part_number IS 'tells the parts of one answer apart';
COMMENT ON COLUMN llm_usage_part.priced_at IS 'a window start in it: its prices are those of all its windows';

-- Prices change only at the bounds of their ranges, so windows between two bounds are priced as one.
CREATE FUNCTION llm_price_bounds(p_supposed llm_supposed_price[]) RETURNS timestamptz[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT coalesce(array_agg(DISTINCT at ORDER BY at), ARRAY[]::timestamptz[])
    FROM (
        SELECT effective FROM llm_pricing
        UNION ALL
        SELECT effective FROM llm_cost_corrections
        UNION ALL
        SELECT effective FROM unnest(p_supposed)
    ) AS price CROSS JOIN LATERAL (VALUES (lower(effective)), (upper(effective))) AS bound (at)
    WHERE at IS NOT NULL
);
COMMENT ON FUNCTION llm_price_bounds IS 'every time at which any price begins or ends, in order';

CREATE FUNCTION llm_usage_parts(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval,
    p_by text[], p_supposed llm_supposed_price[]
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
            CASE WHEN 'window' = ANY (p_by) THEN used.window_start END AS by_window,
            width_bucket(used.window_start, (SELECT bounds FROM bound)) AS epoch
        FROM (
            SELECT * FROM llm_usage_rows(p_scope, p_id, p_from, p_to, p_workspace_id, p_window)
            UNION ALL
            SELECT t.* FROM llm_usage_totals AS t
            WHERE p_scope = 'all' AND (p_workspace_id IS NULL OR t.workspace_id = p_workspace_id)
                AND t.window_start >= coalesce(p_from, '-infinity') AND t.window_start < coalesce(p_to, 'infinity')
        ) AS used
        WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window)
    ) AS keyed
    GROUP BY
        keyed.provider, keyed.model, keyed.response_model, keyed.use_case, keyed.state, keyed.workspace_id,
        keyed.by_project, keyed.by_template, keyed.by_collection, keyed.by_environment, keyed.service_tier,
        keyed.batch, keyed.prompt_band, keyed.by_window, keyed.epoch;
END;
COMMENT ON FUNCTION llm_usage_parts IS
    'Net usage of a scope by what decides prices, and by any of project, template, collection, environment, window '
    'that p_by names. A workspace is always told apart: contracts are a workspace''s.';
