-- The lines of an answer with their exact cost, from totals: prices are linear, so it equals the sum over calls.

CREATE FUNCTION get_usage(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    -- Prices change only at the bounds of their ranges, so windows between two bounds are priced as one.
    WITH price_bound AS (
        SELECT coalesce(array_agg(DISTINCT at ORDER BY at), ARRAY[]::timestamptz[]) AS bounds
        FROM llm_pricing AS p CROSS JOIN LATERAL (VALUES (lower(p.effective)), (upper(p.effective))) AS bound (at)
        WHERE at IS NOT NULL
    ),
    part AS (
        SELECT
            dense_rank() OVER (ORDER BY provider, model, response_model, use_case, state) AS line,
            provider, model, response_model, use_case, state, workspace_id, service_tier, batch, prompt_band,
            min(window_start) AS priced_at,
            sum(events) AS events, sum(calls_success) AS calls_success, sum(calls_missing_usage) AS calls_missing_usage,
            sum(calls_timeout) AS calls_timeout, sum(calls_error) AS calls_error, sum(calls_with_usage) AS
            calls_with_usage, sum(prompt_tokens) AS prompt_tokens, sum(prompt_tokens_calls) AS prompt_tokens_calls,
            sum(completion_tokens) AS completion_tokens, sum(completion_tokens_calls) AS completion_tokens_calls,
            sum(total_tokens) AS total_tokens, sum(total_tokens_calls) AS total_tokens_calls, sum(input_audio_tokens) AS
            input_audio_tokens, sum(input_audio_tokens_calls) AS input_audio_tokens_calls, sum(output_audio_tokens) AS
            output_audio_tokens, sum(output_audio_tokens_calls) AS output_audio_tokens_calls, sum(cached_prompt_tokens)
            AS cached_prompt_tokens, sum(cached_prompt_tokens_calls) AS cached_prompt_tokens_calls,
            sum(cached_audio_tokens) AS cached_audio_tokens, sum(cached_audio_tokens_calls) AS
            cached_audio_tokens_calls, sum(cached_image_tokens) AS cached_image_tokens, sum(cached_image_tokens_calls)
            AS cached_image_tokens_calls, sum(cache_write_tokens) AS cache_write_tokens, sum(cache_write_tokens_calls)
            AS cache_write_tokens_calls, sum(reasoning_tokens) AS reasoning_tokens, sum(reasoning_tokens_calls) AS
            reasoning_tokens_calls, sum(tool_use_prompt_tokens) AS tool_use_prompt_tokens,
            sum(tool_use_prompt_tokens_calls) AS tool_use_prompt_tokens_calls, sum(input_image_tokens) AS
            input_image_tokens, sum(input_image_tokens_calls) AS input_image_tokens_calls, sum(output_image_tokens) AS
            output_image_tokens, sum(output_image_tokens_calls) AS output_image_tokens_calls, sum(input_audio_ms) AS
            input_audio_ms, sum(input_audio_ms_calls) AS input_audio_ms_calls, sum(billable_audio_ms) AS
            billable_audio_ms, sum(billable_audio_ms_calls) AS billable_audio_ms_calls, sum(output_audio_ms) AS
            output_audio_ms, sum(output_audio_ms_calls) AS output_audio_ms_calls, sum(output_images) AS output_images,
            sum(output_images_calls) AS output_images_calls, sum(web_search_requests) AS web_search_requests,
            sum(web_search_requests_calls) AS web_search_requests_calls, sum(provider_cost_e10) AS provider_cost_e10,
            sum(provider_cost_e10_calls) AS provider_cost_e10_calls, sum(latency_ms) AS latency_ms,
            sum(latency_ms_calls) AS latency_ms_calls
        FROM llm_usage_rows(p_scope, p_id, p_from, p_to, p_workspace_id, p_window)
        WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window)
        GROUP BY
            provider, model, response_model, use_case, state, workspace_id, service_tier, batch, prompt_band,
            width_bucket(window_start, (SELECT bounds FROM price_bound))
    ),
    -- Classes that never overlap (tollbook_schemas.split). Reasoning is output text unless it has its own price.
    charge AS (
        SELECT
            part.line, class.token_class, sum(class.quantity * price.price_per_one) AS cost,
            trim_scale(sum(class.quantity) FILTER (WHERE price.price_per_one IS NULL)) AS unpriced
        FROM part
        LEFT JOIN LATERAL llm_price_at(
            part.provider, coalesce(part.response_model, part.model), 'reasoning', part.service_tier, part.batch,
            part.prompt_band, part.workspace_id, part.priced_at
        ) AS own ON true
        CROSS JOIN LATERAL (VALUES
            ('input_text', prompt_tokens - cached_prompt_tokens - cache_write_tokens - input_audio_tokens
                + cached_audio_tokens - input_image_tokens + cached_image_tokens, prompt_tokens_calls),
            ('cached_text', cached_prompt_tokens - cached_audio_tokens - cached_image_tokens,
                cached_prompt_tokens_calls),
            ('cached_audio', cached_audio_tokens, cached_audio_tokens_calls),
            ('cached_image', cached_image_tokens, cached_image_tokens_calls),
            ('cache_write', cache_write_tokens, cache_write_tokens_calls),
            ('input_audio', input_audio_tokens - cached_audio_tokens, input_audio_tokens_calls),
            ('input_image', input_image_tokens - cached_image_tokens, input_image_tokens_calls),
            ('output_text', completion_tokens - output_audio_tokens - output_image_tokens
                - CASE WHEN own.price_per_one IS NULL THEN 0 ELSE reasoning_tokens END, completion_tokens_calls),
            ('output_audio', output_audio_tokens, output_audio_tokens_calls),
            ('output_image', output_image_tokens, output_image_tokens_calls),
            ('reasoning', CASE WHEN own.price_per_one IS NULL THEN 0 ELSE reasoning_tokens END,
                reasoning_tokens_calls),
            ('input_audio_seconds', input_audio_ms * 0.001, input_audio_ms_calls),
            ('billable_audio_seconds', billable_audio_ms * 0.001, billable_audio_ms_calls),
            ('output_image_units', output_images, output_images_calls),
            ('web_search', web_search_requests, web_search_requests_calls)
        ) AS class (token_class, quantity, calls)
        LEFT JOIN LATERAL llm_price_at(
            part.provider, coalesce(part.response_model, part.model), class.token_class, part.service_tier, part.batch,
            part.prompt_band, part.workspace_id, part.priced_at
        ) AS price ON true
        WHERE class.quantity <> 0 OR class.calls <> 0
        GROUP BY part.line, class.token_class
    ),
    bill AS (
        SELECT
            line, trim_scale(sum(cost)) AS cost_usd,
            coalesce(jsonb_object_agg(token_class, unpriced) FILTER (WHERE unpriced <> 0), '{}') AS unpriced
        FROM charge
        GROUP BY line
    )
    SELECT
        provider, model, response_model, use_case, state,
        sum(events)::bigint,
        sum(calls_success + calls_missing_usage + calls_timeout + calls_error)::bigint,
        sum(calls_success)::bigint, sum(calls_missing_usage)::bigint, sum(calls_timeout)::bigint,
        sum(calls_error)::bigint, sum(calls_with_usage)::bigint,
        CASE WHEN sum(prompt_tokens_calls) <> 0 THEN sum(prompt_tokens)::bigint END,
        sum(prompt_tokens_calls)::bigint,
        CASE WHEN sum(completion_tokens_calls) <> 0 THEN sum(completion_tokens)::bigint END,
        sum(completion_tokens_calls)::bigint,
        CASE WHEN sum(total_tokens_calls) <> 0 THEN sum(total_tokens)::bigint END,
        sum(total_tokens_calls)::bigint,
        CASE WHEN sum(input_audio_tokens_calls) <> 0 THEN sum(input_audio_tokens)::bigint END,
        sum(input_audio_tokens_calls)::bigint,
        CASE WHEN sum(output_audio_tokens_calls) <> 0 THEN sum(output_audio_tokens)::bigint END,
        sum(output_audio_tokens_calls)::bigint,
        CASE WHEN sum(cached_prompt_tokens_calls) <> 0 THEN sum(cached_prompt_tokens)::bigint END,
        sum(cached_prompt_tokens_calls)::bigint,
        CASE WHEN sum(cached_audio_tokens_calls) <> 0 THEN sum(cached_audio_tokens)::bigint END,
        sum(cached_audio_tokens_calls)::bigint,
        CASE WHEN sum(cached_image_tokens_calls) <> 0 THEN sum(cached_image_tokens)::bigint END,
        sum(cached_image_tokens_calls)::bigint,
        CASE WHEN sum(cache_write_tokens_calls) <> 0 THEN sum(cache_write_tokens)::bigint END,
        sum(cache_write_tokens_calls)::bigint,
        CASE WHEN sum(reasoning_tokens_calls) <> 0 THEN sum(reasoning_tokens)::bigint END,
        sum(reasoning_tokens_calls)::bigint,
        CASE WHEN sum(tool_use_prompt_tokens_calls) <> 0 THEN sum(tool_use_prompt_tokens)::bigint END,
        sum(tool_use_prompt_tokens_calls)::bigint,
        CASE WHEN sum(input_image_tokens_calls) <> 0 THEN sum(input_image_tokens)::bigint END,
        sum(input_image_tokens_calls)::bigint,
        CASE WHEN sum(output_image_tokens_calls) <> 0 THEN sum(output_image_tokens)::bigint END,
        sum(output_image_tokens_calls)::bigint,
        CASE WHEN sum(input_audio_ms_calls) <> 0 THEN trim_scale(sum(input_audio_ms) * 0.001) END,
        sum(input_audio_ms_calls)::bigint,
        CASE WHEN sum(billable_audio_ms_calls) <> 0 THEN trim_scale(sum(billable_audio_ms) * 0.001) END,
        sum(billable_audio_ms_calls)::bigint,
        CASE WHEN sum(output_audio_ms_calls) <> 0 THEN trim_scale(sum(output_audio_ms) * 0.001) END,
        sum(output_audio_ms_calls)::bigint,
        CASE WHEN sum(output_images_calls) <> 0 THEN sum(output_images)::bigint END,
        sum(output_images_calls)::bigint,
        CASE WHEN sum(web_search_requests_calls) <> 0 THEN sum(web_search_requests)::bigint END,
        sum(web_search_requests_calls)::bigint,
        CASE WHEN sum(provider_cost_e10_calls) <> 0 THEN trim_scale(sum(provider_cost_e10) * 0.0000000001) END,
        sum(provider_cost_e10_calls)::bigint,
        CASE WHEN sum(latency_ms_calls) <> 0 THEN sum(latency_ms)::bigint END, sum(latency_ms_calls)::bigint,
        bill.cost_usd, coalesce(bill.unpriced, '{}')
    FROM part LEFT JOIN bill USING (line)
    GROUP BY line, provider, model, response_model, use_case, state, bill.cost_usd, bill.unpriced
    HAVING sum(events) <> 0
    ORDER BY line;
END;
COMMENT ON FUNCTION get_usage IS
    'Net usage and exact cost of a scope (project, workspace or session) in the windows of [p_from, p_to), null for '
    'all time; p_workspace_id narrows it, p_window is the width of the windows. Open windows are provisional lines.';
