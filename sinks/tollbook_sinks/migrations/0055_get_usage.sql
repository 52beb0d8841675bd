-- The lines of an answer with their exact cost, from totals: prices are linear, so it equals the sum over calls.

ALTER TYPE llm_usage_line RENAME ATTRIBUTE cost_usd TO cost;
ALTER TYPE llm_usage_line ADD ATTRIBUTE corrections numeric, ADD ATTRIBUTE currency text;
COMMENT ON COLUMN llm_usage_line.cost IS
    'at the prices that were in force: exact, unrounded; null where nothing could be priced. It leaves out what is '
    'unpriced and calls without usage';
COMMENT ON COLUMN llm_usage_line.corrections IS
    'what corrections of past prices add to cost; null: none concerns it. cost + corrections is what is owed';
COMMENT ON COLUMN llm_usage_line.currency IS 'of cost and corrections; the provider''s own charge is in USD';

CREATE FUNCTION get_usage(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH part AS MATERIALIZED (
        SELECT * FROM llm_usage_parts(p_scope, p_id, p_from, p_to, p_workspace_id, p_window, '{}', NULL)
        WHERE llm_is_money(p_book, p_currency)
    ),
    line AS (
        SELECT part_number, dense_rank() OVER (ORDER BY provider, model, response_model, use_case, state) AS line FROM part
    ),
    class AS (
        SELECT
            line.line, charge.token_class, sum(charge.cost) AS cost, sum(charge.corrections) AS corrections,
            trim_scale(sum(charge.unpriced)) AS unpriced
        FROM part
        JOIN line USING (part_number)
        CROSS JOIN LATERAL llm_part_charges(part, p_book, p_currency, NULL) AS charge
        GROUP BY line.line, charge.token_class
    ),
    bill AS (
        SELECT
            line, trim_scale(sum(cost)) AS cost, trim_scale(sum(corrections)) AS corrections,
            coalesce(jsonb_object_agg(token_class, unpriced) FILTER (WHERE unpriced <> 0), '{}') AS unpriced
        FROM class
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
        bill.cost, coalesce(bill.unpriced, '{}'), bill.corrections, p_currency
    FROM part JOIN line USING (part_number) LEFT JOIN bill USING (line)
    GROUP BY line, provider, model, response_model, use_case, state, bill.cost, bill.unpriced, bill.corrections
    HAVING sum(events) <> 0
    ORDER BY line;
END;
COMMENT ON FUNCTION get_usage IS
    'Net usage and exact cost of a scope (project, workspace, session; all, with a null id) in the windows of '
    '[p_from, p_to), null for all time; p_workspace_id narrows it, p_window is the width of the windows, p_book is '
    'cost (what providers charge) or sell (what customers are charged). Open windows are provisional lines.';

-- The questions that are asked every day.

CREATE FUNCTION get_project_usage(
    p_project_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL, p_workspace_id text DEFAULT NULL,
    p_window interval DEFAULT llm_window_width(), p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM get_usage('project', p_project_id, p_from, p_to, p_workspace_id, p_window, p_book, p_currency);
END;
COMMENT ON FUNCTION get_project_usage IS 'get_usage for a project: one row a line of its bill';

CREATE FUNCTION get_session_usage(
    p_session_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL, p_workspace_id text DEFAULT NULL,
    p_window interval DEFAULT llm_window_width(), p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM get_usage('session', p_session_id, p_from, p_to, p_workspace_id, p_window, p_book, p_currency);
END;
COMMENT ON FUNCTION get_session_usage IS 'get_usage for a session: the same figures before and after compaction';

CREATE FUNCTION get_workspace_usage(
    p_workspace_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_window interval DEFAULT llm_window_width(), p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM get_usage('workspace', p_workspace_id, p_from, p_to, NULL, p_window, p_book, p_currency);
END;
COMMENT ON FUNCTION get_workspace_usage IS 'get_usage for a workspace, calls without a project included';
