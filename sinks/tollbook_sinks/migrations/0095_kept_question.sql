-- The question behind every bill keeps its plan for the length of a session, as 0054 has it for what it reads: making
-- that plan takes longer than a small answer does.
CREATE OR REPLACE FUNCTION get_usage(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD',
    p_by text[] DEFAULT '{provider,model,use_case}', p_zone text DEFAULT 'UTC'
) RETURNS SETOF llm_usage_line LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT * FROM llm_usage_cuts(p_scope, p_id, p_from, p_to, p_workspace_id, p_window, p_by, NULL, p_zone)
        WHERE llm_is_money(p_book, p_currency)
    ),
    line AS (
        SELECT
            part.part_number, dense_rank() OVER (
                ORDER BY
                    part.window_start, part.project_id, part.template_id, part.collection_id, part.environment,
                    CASE WHEN 'workspace' = ANY (p_by) THEN part.workspace_id END,
                    CASE WHEN 'provider' = ANY (p_by) THEN part.provider END,
                    CASE WHEN 'model' = ANY (p_by) THEN part.model END,
                    CASE WHEN 'model' = ANY (p_by) THEN part.response_model END,
                    CASE WHEN 'use_case' = ANY (p_by) THEN part.use_case END,
                    part.state
            ) AS line
        FROM part
    ),
    class AS (
        SELECT
            line.line, charge.token_class, sum(charge.cost) AS cost, sum(charge.corrections) AS corrections,
            sum(charge.total) AS total, trim_scale(sum(charge.unpriced)) AS unpriced
        FROM part
        JOIN line USING (part_number)
        CROSS JOIN LATERAL llm_part_charges(part, p_book, p_currency, NULL) AS charge
        GROUP BY line.line, charge.token_class
    ),
    bill AS (
        SELECT
            line, trim_scale(sum(cost)) AS cost, trim_scale(sum(corrections)) AS corrections,
            trim_scale(sum(total)) AS total,
            coalesce(jsonb_object_agg(token_class, unpriced) FILTER (WHERE unpriced <> 0), '{}') AS unpriced
        FROM class
        GROUP BY line
    )
    SELECT
        CASE WHEN 'provider' = ANY (p_by) THEN min(provider) END, CASE WHEN 'model' = ANY (p_by) THEN min(model) END,
        CASE WHEN 'model' = ANY (p_by) THEN min(response_model) END,
        CASE WHEN 'use_case' = ANY (p_by) THEN min(use_case) END, min(state),
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
        bill.cost, coalesce(bill.unpriced, '{}'), bill.corrections, p_currency, bill.total,
        round(
            sum(calls_with_usage)
            / nullif(sum(calls_success + calls_missing_usage + calls_timeout + calls_error), 0), 6
        ),
        min(window_start), (min(window_start) AT TIME ZONE p_zone)::date, min(environment),
        CASE WHEN 'workspace' = ANY (p_by) THEN min(workspace_id) END, min(project_id), min(template_id),
        min(collection_id)
    FROM part JOIN line USING (part_number) LEFT JOIN bill USING (line)
    GROUP BY line, bill.cost, bill.unpriced, bill.corrections, bill.total
    HAVING sum(events) <> 0 OR bill.total <> 0 OR bill.unpriced <> '{}'
    ORDER BY line;
END
$$;
