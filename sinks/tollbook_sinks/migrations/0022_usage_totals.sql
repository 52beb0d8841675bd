-- The answer for workspaces and projects, row by row: gross totals and the corrections that count.

CREATE INDEX llm_usage_adjustments_project ON llm_usage_adjustments (project_id, window_start);
CREATE INDEX llm_usage_adjustments_workspace ON llm_usage_adjustments (workspace_id, window_start);

-- All corrections of a compacted window; of any other those that its partials already hold: up to the partition's mark.
CREATE VIEW llm_counted_adjustments WITH (security_invoker = true) AS
SELECT a.*, CASE w.state WHEN 'compacted' THEN 'final' ELSE 'provisional' END AS state
FROM llm_usage_adjustments AS a
LEFT JOIN llm_windows AS w ON w.stream = a.stream AND w.window_start = a.window_start
LEFT JOIN llm_changelog_partitions AS c ON c.kind = a.kind AND c.partition = a.source_partition
WHERE w.state = 'compacted' OR a.source_offset <= c.through;

CREATE VIEW llm_usage_totals WITH (security_invoker = true) AS
SELECT
    r.stream, r.window_start, 'final' AS state,
    r.workspace_id, r.project_id, r.template_id, r.collection_id, r.environment, r.provider, r.model, r.response_model,
    r.use_case, r.service_tier, r.batch, r.prompt_band, r.events, r.calls_success, r.calls_missing_usage,
    r.calls_timeout, r.calls_error, r.calls_with_usage, r.prompt_tokens, r.prompt_tokens_calls, r.completion_tokens,
    r.completion_tokens_calls, r.total_tokens, r.total_tokens_calls, r.input_audio_tokens, r.input_audio_tokens_calls,
    r.output_audio_tokens, r.output_audio_tokens_calls, r.cached_prompt_tokens, r.cached_prompt_tokens_calls,
    r.cached_audio_tokens, r.cached_audio_tokens_calls, r.cached_image_tokens, r.cached_image_tokens_calls,
    r.cache_write_tokens, r.cache_write_tokens_calls, r.reasoning_tokens, r.reasoning_tokens_calls,
    r.tool_use_prompt_tokens, r.tool_use_prompt_tokens_calls, r.input_image_tokens, r.input_image_tokens_calls,
    r.output_image_tokens, r.output_image_tokens_calls, r.input_audio_ms, r.input_audio_ms_calls, r.billable_audio_ms,
    r.billable_audio_ms_calls, r.output_audio_ms, r.output_audio_ms_calls, r.output_images, r.output_images_calls,
    r.web_search_requests, r.web_search_requests_calls, r.provider_cost_e10, r.provider_cost_e10_calls, r.latency_ms,
    r.latency_ms_calls
FROM llm_usage_rollups AS r
UNION ALL
SELECT
    p.stream, p.window_start, 'provisional' AS state,
    p.workspace_id, p.project_id, p.template_id, p.collection_id, p.environment, p.provider, p.model, p.response_model,
    p.use_case, p.service_tier, p.batch, p.prompt_band, p.events, p.calls_success, p.calls_missing_usage,
    p.calls_timeout, p.calls_error, p.calls_with_usage, p.prompt_tokens, p.prompt_tokens_calls, p.completion_tokens,
    p.completion_tokens_calls, p.total_tokens, p.total_tokens_calls, p.input_audio_tokens, p.input_audio_tokens_calls,
    p.output_audio_tokens, p.output_audio_tokens_calls, p.cached_prompt_tokens, p.cached_prompt_tokens_calls,
    p.cached_audio_tokens, p.cached_audio_tokens_calls, p.cached_image_tokens, p.cached_image_tokens_calls,
    p.cache_write_tokens, p.cache_write_tokens_calls, p.reasoning_tokens, p.reasoning_tokens_calls,
    p.tool_use_prompt_tokens, p.tool_use_prompt_tokens_calls, p.input_image_tokens, p.input_image_tokens_calls,
    p.output_image_tokens, p.output_image_tokens_calls, p.input_audio_ms, p.input_audio_ms_calls, p.billable_audio_ms,
    p.billable_audio_ms_calls, p.output_audio_ms, p.output_audio_ms_calls, p.output_images, p.output_images_calls,
    p.web_search_requests, p.web_search_requests_calls, p.provider_cost_e10, p.provider_cost_e10_calls, p.latency_ms,
    p.latency_ms_calls
FROM llm_usage_partials AS p
UNION ALL
SELECT
    a.stream, a.window_start, a.state,
    a.workspace_id, a.project_id, a.template_id, a.collection_id, a.environment, a.provider, a.model, a.response_model,
    a.use_case, a.service_tier, a.batch, a.prompt_band, a.events, a.calls_success, a.calls_missing_usage,
    a.calls_timeout, a.calls_error, a.calls_with_usage, a.prompt_tokens, a.prompt_tokens_calls, a.completion_tokens,
    a.completion_tokens_calls, a.total_tokens, a.total_tokens_calls, a.input_audio_tokens, a.input_audio_tokens_calls,
    a.output_audio_tokens, a.output_audio_tokens_calls, a.cached_prompt_tokens, a.cached_prompt_tokens_calls,
    a.cached_audio_tokens, a.cached_audio_tokens_calls, a.cached_image_tokens, a.cached_image_tokens_calls,
    a.cache_write_tokens, a.cache_write_tokens_calls, a.reasoning_tokens, a.reasoning_tokens_calls,
    a.tool_use_prompt_tokens, a.tool_use_prompt_tokens_calls, a.input_image_tokens, a.input_image_tokens_calls,
    a.output_image_tokens, a.output_image_tokens_calls, a.input_audio_ms, a.input_audio_ms_calls, a.billable_audio_ms,
    a.billable_audio_ms_calls, a.output_audio_ms, a.output_audio_ms_calls, a.output_images, a.output_images_calls,
    a.web_search_requests, a.web_search_requests_calls, a.provider_cost_e10, a.provider_cost_e10_calls, a.latency_ms,
    a.latency_ms_calls
FROM llm_counted_adjustments AS a;

COMMENT ON VIEW llm_counted_adjustments IS 'corrections that belong into an answer now, with the state of their window';
COMMENT ON VIEW llm_usage_totals IS 'rows whose sum is the net usage: final and provisional totals, and corrections';
