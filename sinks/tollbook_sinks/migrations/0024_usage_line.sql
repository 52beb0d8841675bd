-- What an answer consists of.

CREATE TYPE llm_usage_line AS (
    provider text, model text, response_model text, use_case text, state text,
    events bigint,
    calls bigint,
    calls_success bigint, calls_missing_usage bigint, calls_timeout bigint, calls_error bigint,
    calls_with_usage bigint,
    prompt_tokens bigint, prompt_tokens_calls bigint,
    completion_tokens bigint, completion_tokens_calls bigint,
    total_tokens bigint, total_tokens_calls bigint,
    input_audio_tokens bigint, input_audio_tokens_calls bigint,
    output_audio_tokens bigint, output_audio_tokens_calls bigint,
    cached_prompt_tokens bigint, cached_prompt_tokens_calls bigint,
    cached_audio_tokens bigint, cached_audio_tokens_calls bigint,
    cached_image_tokens bigint, cached_image_tokens_calls bigint,
    cache_write_tokens bigint, cache_write_tokens_calls bigint,
    reasoning_tokens bigint, reasoning_tokens_calls bigint,
    tool_use_prompt_tokens bigint, tool_use_prompt_tokens_calls bigint,
    input_image_tokens bigint, input_image_tokens_calls bigint,
    output_image_tokens bigint, output_image_tokens_calls bigint,
    input_audio_seconds numeric, input_audio_seconds_calls bigint,
    billable_audio_seconds numeric, billable_audio_seconds_calls bigint,
    output_audio_seconds numeric, output_audio_seconds_calls bigint,
    output_images bigint, output_images_calls bigint,
    web_search_requests bigint, web_search_requests_calls bigint,
    provider_cost_usd numeric, provider_cost_usd_calls bigint,
    latency_ms bigint, latency_ms_calls bigint,
    cost_usd numeric,
    unpriced jsonb
);
COMMENT ON TYPE llm_usage_line IS
    'one line of a bill: net usage by provider, model and use case, final or provisional, with its exact cost';
COMMENT ON COLUMN llm_usage_line.events IS 'records; an aggregate record stands for many calls';
COMMENT ON COLUMN llm_usage_line.prompt_tokens IS
    'like every count beside a column ..._calls: null where no call reported it, else the sum over the calls that did';
COMMENT ON COLUMN llm_usage_line.cost_usd IS
    'exact, unrounded; null where nothing could be priced. It leaves out what is unpriced and calls without usage';
COMMENT ON COLUMN llm_usage_line.unpriced IS 'class of token or unit to the quantity used without a price; never free';

