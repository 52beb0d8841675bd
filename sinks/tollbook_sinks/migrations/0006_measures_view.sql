-- What each ledger row adds to its totals, column for column what tollbook_schemas.measures_of computes.
-- Null is not zero: a count that nobody reported adds 0 to the sum and 0 to the calls that reported it.

CREATE VIEW llm_usage_event_measures WITH (security_invoker = true) AS
SELECT
    e.id, e.created_at, e.stream, e.on_time, e.session_id, e.operation_id,
    e.workspace_id, e.project_id, e.template_id, e.collection_id, e.environment, e.provider, e.model, e.response_model,
    e.use_case, e.service_tier, e.batch, e.prompt_band, e.dimensions_digest,
    1::bigint AS events,
    CASE WHEN e.status = 'success' THEN e.call_count ELSE 0 END::bigint AS calls_success,
    CASE WHEN e.status = 'missing_usage' THEN e.call_count ELSE 0 END::bigint AS calls_missing_usage,
    CASE WHEN e.status = 'timeout' THEN e.call_count ELSE 0 END::bigint AS calls_timeout,
    CASE WHEN e.status = 'error' THEN e.call_count ELSE 0 END::bigint AS calls_error,
    CASE
        WHEN num_nonnulls(
            e.prompt_tokens, e.completion_tokens, e.total_tokens, e.input_audio_tokens, e.output_audio_tokens,
            e.cached_prompt_tokens, e.cached_audio_tokens, e.cached_image_tokens, e.cache_write_tokens,
            e.reasoning_tokens, e.tool_use_prompt_tokens, e.input_image_tokens, e.output_image_tokens,
            e.input_audio_seconds, e.billable_audio_seconds, e.output_audio_seconds, e.output_images,
            e.web_search_requests, e.provider_cost_usd
        ) > 0 THEN e.call_count
        ELSE 0
    END::bigint AS calls_with_usage,
    coalesce(e.prompt_tokens, 0)::bigint AS prompt_tokens,
    CASE WHEN e.prompt_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS prompt_tokens_calls,
    coalesce(e.completion_tokens, 0)::bigint AS completion_tokens,
    CASE WHEN e.completion_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS completion_tokens_calls,
    coalesce(e.total_tokens, 0)::bigint AS total_tokens,
    CASE WHEN e.total_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS total_tokens_calls,
    coalesce(e.input_audio_tokens, 0)::bigint AS input_audio_tokens,
    CASE WHEN e.input_audio_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS input_audio_tokens_calls,
    coalesce(e.output_audio_tokens, 0)::bigint AS output_audio_tokens,
    CASE WHEN e.output_audio_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS output_audio_tokens_calls,
    coalesce(e.cached_prompt_tokens, 0)::bigint AS cached_prompt_tokens,
    CASE WHEN e.cached_prompt_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS cached_prompt_tokens_calls,
    coalesce(e.cached_audio_tokens, 0)::bigint AS cached_audio_tokens,
    CASE WHEN e.cached_audio_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS cached_audio_tokens_calls,
    coalesce(e.cached_image_tokens, 0)::bigint AS cached_image_tokens,
    CASE WHEN e.cached_image_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS cached_image_tokens_calls,
    coalesce(e.cache_write_tokens, 0)::bigint AS cache_write_tokens,
    CASE WHEN e.cache_write_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS cache_write_tokens_calls,
    coalesce(e.reasoning_tokens, 0)::bigint AS reasoning_tokens,
    CASE WHEN e.reasoning_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS reasoning_tokens_calls,
    coalesce(e.tool_use_prompt_tokens, 0)::bigint AS tool_use_prompt_tokens,
    CASE WHEN e.tool_use_prompt_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS tool_use_prompt_tokens_calls,
    coalesce(e.input_image_tokens, 0)::bigint AS input_image_tokens,
    CASE WHEN e.input_image_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS input_image_tokens_calls,
    coalesce(e.output_image_tokens, 0)::bigint AS output_image_tokens,
    CASE WHEN e.output_image_tokens IS NULL THEN 0 ELSE e.call_count END::bigint AS output_image_tokens_calls,
    coalesce((e.input_audio_seconds * 1000)::bigint, 0) AS input_audio_ms,
    CASE WHEN e.input_audio_seconds IS NULL THEN 0 ELSE e.call_count END::bigint AS input_audio_ms_calls,
    coalesce((e.billable_audio_seconds * 1000)::bigint, 0) AS billable_audio_ms,
    CASE WHEN e.billable_audio_seconds IS NULL THEN 0 ELSE e.call_count END::bigint AS billable_audio_ms_calls,
    coalesce((e.output_audio_seconds * 1000)::bigint, 0) AS output_audio_ms,
    CASE WHEN e.output_audio_seconds IS NULL THEN 0 ELSE e.call_count END::bigint AS output_audio_ms_calls,
    coalesce(e.output_images, 0)::bigint AS output_images,
    CASE WHEN e.output_images IS NULL THEN 0 ELSE e.call_count END::bigint AS output_images_calls,
    coalesce(e.web_search_requests, 0)::bigint AS web_search_requests,
    CASE WHEN e.web_search_requests IS NULL THEN 0 ELSE e.call_count END::bigint AS web_search_requests_calls,
    coalesce((e.provider_cost_usd * 10000000000)::bigint, 0) AS provider_cost_e10,
    CASE WHEN e.provider_cost_usd IS NULL THEN 0 ELSE e.call_count END::bigint AS provider_cost_e10_calls,
    coalesce(e.latency_ms, 0)::bigint AS latency_ms,
    CASE WHEN e.latency_ms IS NULL THEN 0 ELSE e.call_count END::bigint AS latency_ms_calls
FROM llm_usage_events AS e;
