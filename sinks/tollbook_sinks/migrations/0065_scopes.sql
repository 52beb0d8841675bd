-- Usage of collections, templates and business operations beside projects, workspaces, sessions and everybody.

CREATE INDEX llm_usage_rollups_collection ON llm_usage_rollups (collection_id, window_start)
    WHERE collection_id IS NOT NULL;
CREATE INDEX llm_usage_rollups_template ON llm_usage_rollups (template_id, window_start) WHERE template_id IS NOT NULL;
CREATE INDEX llm_usage_partials_collection ON llm_usage_partials (collection_id, window_start)
    WHERE collection_id IS NOT NULL;
CREATE INDEX llm_usage_partials_template ON llm_usage_partials (template_id, window_start)
    WHERE template_id IS NOT NULL;
CREATE INDEX llm_usage_adjustments_collection ON llm_usage_adjustments (collection_id, window_start)
    WHERE collection_id IS NOT NULL;
CREATE INDEX llm_usage_adjustments_template ON llm_usage_adjustments (template_id, window_start)
    WHERE template_id IS NOT NULL;

-- Only one scope's branches ever run: a comparison of constants decides before a row is read.
CREATE OR REPLACE FUNCTION llm_usage_rows(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval
) RETURNS SETOF llm_usage_totals LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT t.* FROM llm_usage_totals AS t
    WHERE p_scope = 'project' AND t.project_id = p_id
        AND t.window_start >= coalesce(p_from, '-infinity') AND t.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR t.workspace_id = p_workspace_id)
    UNION ALL
    SELECT t.* FROM llm_usage_totals AS t
    WHERE p_scope = 'workspace' AND t.workspace_id = p_id
        AND t.window_start >= coalesce(p_from, '-infinity') AND t.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR t.workspace_id = p_workspace_id)
    UNION ALL
    SELECT t.* FROM llm_usage_totals AS t
    WHERE p_scope = 'collection' AND t.collection_id = p_id
        AND t.window_start >= coalesce(p_from, '-infinity') AND t.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR t.workspace_id = p_workspace_id)
    UNION ALL
    SELECT t.* FROM llm_usage_totals AS t
    WHERE p_scope = 'template' AND t.template_id = p_id
        AND t.window_start >= coalesce(p_from, '-infinity') AND t.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR t.workspace_id = p_workspace_id)
    UNION ALL
    SELECT t.* FROM llm_usage_totals AS t
    WHERE p_scope = 'all'
        AND t.window_start >= coalesce(p_from, '-infinity') AND t.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR t.workspace_id = p_workspace_id)
    UNION ALL
    -- A session's compacted windows: totals made from on-time ledger rows, so of the corrections only what came later.
    SELECT
        s.stream, s.window_start, 'final',
        s.workspace_id, s.project_id, s.template_id, s.collection_id, s.environment, s.provider, s.model,
        s.response_model, s.use_case, s.service_tier, s.batch, s.prompt_band, s.events, s.calls_success,
        s.calls_missing_usage, s.calls_timeout, s.calls_error, s.calls_with_usage, s.prompt_tokens,
        s.prompt_tokens_calls, s.completion_tokens, s.completion_tokens_calls, s.total_tokens, s.total_tokens_calls,
        s.input_audio_tokens, s.input_audio_tokens_calls, s.output_audio_tokens, s.output_audio_tokens_calls,
        s.cached_prompt_tokens, s.cached_prompt_tokens_calls, s.cached_audio_tokens, s.cached_audio_tokens_calls,
        s.cached_image_tokens, s.cached_image_tokens_calls, s.cache_write_tokens, s.cache_write_tokens_calls,
        s.reasoning_tokens, s.reasoning_tokens_calls, s.tool_use_prompt_tokens, s.tool_use_prompt_tokens_calls,
        s.input_image_tokens, s.input_image_tokens_calls, s.output_image_tokens, s.output_image_tokens_calls,
        s.input_audio_ms, s.input_audio_ms_calls, s.billable_audio_ms, s.billable_audio_ms_calls, s.output_audio_ms,
        s.output_audio_ms_calls, s.output_images, s.output_images_calls, s.web_search_requests,
        s.web_search_requests_calls, s.provider_cost_e10, s.provider_cost_e10_calls, s.latency_ms, s.latency_ms_calls
    FROM llm_session_usage AS s
    WHERE p_scope = 'session' AND s.session_id = p_id
        AND s.window_start >= coalesce(p_from, '-infinity') AND s.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR s.workspace_id = p_workspace_id)
    UNION ALL
    SELECT
        a.stream, a.window_start, a.state,
        a.workspace_id, a.project_id, a.template_id, a.collection_id, a.environment, a.provider, a.model,
        a.response_model, a.use_case, a.service_tier, a.batch, a.prompt_band, a.events, a.calls_success,
        a.calls_missing_usage, a.calls_timeout, a.calls_error, a.calls_with_usage, a.prompt_tokens,
        a.prompt_tokens_calls, a.completion_tokens, a.completion_tokens_calls, a.total_tokens, a.total_tokens_calls,
        a.input_audio_tokens, a.input_audio_tokens_calls, a.output_audio_tokens, a.output_audio_tokens_calls,
        a.cached_prompt_tokens, a.cached_prompt_tokens_calls, a.cached_audio_tokens, a.cached_audio_tokens_calls,
        a.cached_image_tokens, a.cached_image_tokens_calls, a.cache_write_tokens, a.cache_write_tokens_calls,
        a.reasoning_tokens, a.reasoning_tokens_calls, a.tool_use_prompt_tokens, a.tool_use_prompt_tokens_calls,
        a.input_image_tokens, a.input_image_tokens_calls, a.output_image_tokens, a.output_image_tokens_calls,
        a.input_audio_ms, a.input_audio_ms_calls, a.billable_audio_ms, a.billable_audio_ms_calls, a.output_audio_ms,
        a.output_audio_ms_calls, a.output_images, a.output_images_calls, a.web_search_requests,
        a.web_search_requests_calls, a.provider_cost_e10, a.provider_cost_e10_calls, a.latency_ms, a.latency_ms_calls
    FROM llm_counted_adjustments AS a
    WHERE p_scope = 'session' AND a.session_id = p_id AND a.state = 'final' AND a.reason IN ('late', 'replay')
        AND a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    UNION ALL
    -- Its other windows: the ledger itself, late or not.
    SELECT
        e.stream, date_bin(p_window, e.created_at, 'epoch'), 'provisional',
        e.workspace_id, e.project_id, e.template_id, e.collection_id, e.environment, e.provider, e.model,
        e.response_model, e.use_case, e.service_tier, e.batch, e.prompt_band, e.events, e.calls_success,
        e.calls_missing_usage, e.calls_timeout, e.calls_error, e.calls_with_usage, e.prompt_tokens,
        e.prompt_tokens_calls, e.completion_tokens, e.completion_tokens_calls, e.total_tokens, e.total_tokens_calls,
        e.input_audio_tokens, e.input_audio_tokens_calls, e.output_audio_tokens, e.output_audio_tokens_calls,
        e.cached_prompt_tokens, e.cached_prompt_tokens_calls, e.cached_audio_tokens, e.cached_audio_tokens_calls,
        e.cached_image_tokens, e.cached_image_tokens_calls, e.cache_write_tokens, e.cache_write_tokens_calls,
        e.reasoning_tokens, e.reasoning_tokens_calls, e.tool_use_prompt_tokens, e.tool_use_prompt_tokens_calls,
        e.input_image_tokens, e.input_image_tokens_calls, e.output_image_tokens, e.output_image_tokens_calls,
        e.input_audio_ms, e.input_audio_ms_calls, e.billable_audio_ms, e.billable_audio_ms_calls, e.output_audio_ms,
        e.output_audio_ms_calls, e.output_images, e.output_images_calls, e.web_search_requests,
        e.web_search_requests_calls, e.provider_cost_e10, e.provider_cost_e10_calls, e.latency_ms, e.latency_ms_calls
    FROM llm_usage_event_measures AS e
    WHERE p_scope = 'session' AND e.session_id = p_id
        AND e.created_at >= coalesce(p_from, '-infinity') AND e.created_at < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR e.workspace_id = p_workspace_id)
        AND NOT EXISTS (
            SELECT FROM llm_windows AS w
            WHERE w.stream = e.stream AND w.window_start = date_bin(p_window, e.created_at, 'epoch')
                AND w.state = 'compacted'
        )
    UNION ALL
    -- The same for a business operation.
    SELECT
        s.stream, s.window_start, 'final',
        s.workspace_id, s.project_id, s.template_id, s.collection_id, s.environment, s.provider, s.model,
        s.response_model, s.use_case, s.service_tier, s.batch, s.prompt_band, s.events, s.calls_success,
        s.calls_missing_usage, s.calls_timeout, s.calls_error, s.calls_with_usage, s.prompt_tokens,
        s.prompt_tokens_calls, s.completion_tokens, s.completion_tokens_calls, s.total_tokens, s.total_tokens_calls,
        s.input_audio_tokens, s.input_audio_tokens_calls, s.output_audio_tokens, s.output_audio_tokens_calls,
        s.cached_prompt_tokens, s.cached_prompt_tokens_calls, s.cached_audio_tokens, s.cached_audio_tokens_calls,
        s.cached_image_tokens, s.cached_image_tokens_calls, s.cache_write_tokens, s.cache_write_tokens_calls,
        s.reasoning_tokens, s.reasoning_tokens_calls, s.tool_use_prompt_tokens, s.tool_use_prompt_tokens_calls,
        s.input_image_tokens, s.input_image_tokens_calls, s.output_image_tokens, s.output_image_tokens_calls,
        s.input_audio_ms, s.input_audio_ms_calls, s.billable_audio_ms, s.billable_audio_ms_calls, s.output_audio_ms,
        s.output_audio_ms_calls, s.output_images, s.output_images_calls, s.web_search_requests,
        s.web_search_requests_calls, s.provider_cost_e10, s.provider_cost_e10_calls, s.latency_ms, s.latency_ms_calls
    FROM llm_operation_usage AS s
    WHERE p_scope = 'operation' AND s.operation_id = p_id
        AND s.window_start >= coalesce(p_from, '-infinity') AND s.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR s.workspace_id = p_workspace_id)
    UNION ALL
    SELECT
        a.stream, a.window_start, a.state,
        a.workspace_id, a.project_id, a.template_id, a.collection_id, a.environment, a.provider, a.model,
        a.response_model, a.use_case, a.service_tier, a.batch, a.prompt_band, a.events, a.calls_success,
        a.calls_missing_usage, a.calls_timeout, a.calls_error, a.calls_with_usage, a.prompt_tokens,
        a.prompt_tokens_calls, a.completion_tokens, a.completion_tokens_calls, a.total_tokens, a.total_tokens_calls,
        a.input_audio_tokens, a.input_audio_tokens_calls, a.output_audio_tokens, a.output_audio_tokens_calls,
        a.cached_prompt_tokens, a.cached_prompt_tokens_calls, a.cached_audio_tokens, a.cached_audio_tokens_calls,
        a.cached_image_tokens, a.cached_image_tokens_calls, a.cache_write_tokens, a.cache_write_tokens_calls,
        a.reasoning_tokens, a.reasoning_tokens_calls, a.tool_use_prompt_tokens, a.tool_use_prompt_tokens_calls,
        a.input_image_tokens, a.input_image_tokens_calls, a.output_image_tokens, a.output_image_tokens_calls,
        a.input_audio_ms, a.input_audio_ms_calls, a.billable_audio_ms, a.billable_audio_ms_calls, a.output_audio_ms,
        a.output_audio_ms_calls, a.output_images, a.output_images_calls, a.web_search_requests,
        a.web_search_requests_calls, a.provider_cost_e10, a.provider_cost_e10_calls, a.latency_ms, a.latency_ms_calls
    FROM llm_counted_adjustments AS a
    WHERE p_scope = 'operation' AND a.operation_id = p_id AND a.state = 'final' AND a.reason IN ('late', 'replay')
        AND a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    UNION ALL
    SELECT
        e.stream, date_bin(p_window, e.created_at, 'epoch'), 'provisional',
        e.workspace_id, e.project_id, e.template_id, e.collection_id, e.environment, e.provider, e.model,
        e.response_model, e.use_case, e.service_tier, e.batch, e.prompt_band, e.events, e.calls_success,
        e.calls_missing_usage, e.calls_timeout, e.calls_error, e.calls_with_usage, e.prompt_tokens,
        e.prompt_tokens_calls, e.completion_tokens, e.completion_tokens_calls, e.total_tokens, e.total_tokens_calls,
        e.input_audio_tokens, e.input_audio_tokens_calls, e.output_audio_tokens, e.output_audio_tokens_calls,
        e.cached_prompt_tokens, e.cached_prompt_tokens_calls, e.cached_audio_tokens, e.cached_audio_tokens_calls,
        e.cached_image_tokens, e.cached_image_tokens_calls, e.cache_write_tokens, e.cache_write_tokens_calls,
        e.reasoning_tokens, e.reasoning_tokens_calls, e.tool_use_prompt_tokens, e.tool_use_prompt_tokens_calls,
        e.input_image_tokens, e.input_image_tokens_calls, e.output_image_tokens, e.output_image_tokens_calls,
        e.input_audio_ms, e.input_audio_ms_calls, e.billable_audio_ms, e.billable_audio_ms_calls, e.output_audio_ms,
        e.output_audio_ms_calls, e.output_images, e.output_images_calls, e.web_search_requests,
        e.web_search_requests_calls, e.provider_cost_e10, e.provider_cost_e10_calls, e.latency_ms, e.latency_ms_calls
    FROM llm_usage_event_measures AS e
    WHERE p_scope = 'operation' AND e.operation_id = p_id
        AND e.created_at >= coalesce(p_from, '-infinity') AND e.created_at < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR e.workspace_id = p_workspace_id)
        AND NOT EXISTS (
            SELECT FROM llm_windows AS w
            WHERE w.stream = e.stream AND w.window_start = date_bin(p_window, e.created_at, 'epoch')
                AND w.state = 'compacted'
        );
END;
COMMENT ON FUNCTION llm_usage_rows IS
    'the rows of llm_usage_totals, or the session''s or operation''s own, that make up an answer; p_from and p_to may '
    'be null';
