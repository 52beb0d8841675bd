-- What usage is summed by: its scopes, the parts that have the same prices, and where prices change.

CREATE OR REPLACE FUNCTION llm_is_scope(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_window interval
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF p_scope IS NULL
        OR p_scope NOT IN ('project', 'workspace', 'collection', 'template', 'session', 'operation', 'all')
    THEN
        RAISE EXCEPTION 'usage is kept by project, workspace, collection, template, session or operation, not by %',
            quote_nullable(p_scope)
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
