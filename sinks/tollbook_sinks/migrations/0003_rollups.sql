-- Hourly totals as the processor states them, their corrections, and the final rows after the proof.
-- All measures are integers: audio in milliseconds, money in 1e-10 USD.

-- What every table of totals has in the same order: the dimensions and the measures. No row ever stands here.
CREATE TABLE llm_usage_columns (
    workspace_id text,
    project_id text,
    template_id text,
    collection_id text,
    environment text,
    provider text NOT NULL,
    model text NOT NULL,
    response_model text,
    use_case text NOT NULL,
    service_tier text,
    batch boolean NOT NULL,
    prompt_band integer NOT NULL,
    events bigint NOT NULL DEFAULT 0,
    calls_success bigint NOT NULL DEFAULT 0,
    calls_missing_usage bigint NOT NULL DEFAULT 0,
    calls_timeout bigint NOT NULL DEFAULT 0,
    calls_error bigint NOT NULL DEFAULT 0,
    calls_with_usage bigint NOT NULL DEFAULT 0,
    prompt_tokens bigint NOT NULL DEFAULT 0, prompt_tokens_calls bigint NOT NULL DEFAULT 0,
    completion_tokens bigint NOT NULL DEFAULT 0, completion_tokens_calls bigint NOT NULL DEFAULT 0,
    total_tokens bigint NOT NULL DEFAULT 0, total_tokens_calls bigint NOT NULL DEFAULT 0,
    input_audio_tokens bigint NOT NULL DEFAULT 0, input_audio_tokens_calls bigint NOT NULL DEFAULT 0,
    output_audio_tokens bigint NOT NULL DEFAULT 0, output_audio_tokens_calls bigint NOT NULL DEFAULT 0,
    cached_prompt_tokens bigint NOT NULL DEFAULT 0, cached_prompt_tokens_calls bigint NOT NULL DEFAULT 0,
    cached_audio_tokens bigint NOT NULL DEFAULT 0, cached_audio_tokens_calls bigint NOT NULL DEFAULT 0,
    cached_image_tokens bigint NOT NULL DEFAULT 0, cached_image_tokens_calls bigint NOT NULL DEFAULT 0,
    cache_write_tokens bigint NOT NULL DEFAULT 0, cache_write_tokens_calls bigint NOT NULL DEFAULT 0,
    reasoning_tokens bigint NOT NULL DEFAULT 0, reasoning_tokens_calls bigint NOT NULL DEFAULT 0,
    tool_use_prompt_tokens bigint NOT NULL DEFAULT 0, tool_use_prompt_tokens_calls bigint NOT NULL DEFAULT 0,
    input_image_tokens bigint NOT NULL DEFAULT 0, input_image_tokens_calls bigint NOT NULL DEFAULT 0,
    output_image_tokens bigint NOT NULL DEFAULT 0, output_image_tokens_calls bigint NOT NULL DEFAULT 0,
    input_audio_ms bigint NOT NULL DEFAULT 0, input_audio_ms_calls bigint NOT NULL DEFAULT 0,
    billable_audio_ms bigint NOT NULL DEFAULT 0, billable_audio_ms_calls bigint NOT NULL DEFAULT 0,
    output_audio_ms bigint NOT NULL DEFAULT 0, output_audio_ms_calls bigint NOT NULL DEFAULT 0,
    output_images bigint NOT NULL DEFAULT 0, output_images_calls bigint NOT NULL DEFAULT 0,
    web_search_requests bigint NOT NULL DEFAULT 0, web_search_requests_calls bigint NOT NULL DEFAULT 0,
    provider_cost_e10 bigint NOT NULL DEFAULT 0, provider_cost_e10_calls bigint NOT NULL DEFAULT 0,
    latency_ms bigint NOT NULL DEFAULT 0, latency_ms_calls bigint NOT NULL DEFAULT 0,
    CONSTRAINT llm_usage_columns_stays_empty CHECK (false)
);

-- One statement of a changelog: the fold of this key up to source offset `applied`. Only windows not yet compacted.
CREATE TABLE llm_usage_partials (
    stream text NOT NULL,
    source_partition integer NOT NULL,
    window_start timestamptz NOT NULL,
    key_digest bytea NOT NULL,
    LIKE llm_usage_columns INCLUDING DEFAULTS,
    applied bigint NOT NULL,
    PRIMARY KEY (stream, window_start, source_partition, key_digest)
);
CREATE INDEX llm_usage_partials_project ON llm_usage_partials (project_id, window_start);
CREATE INDEX llm_usage_partials_workspace ON llm_usage_partials (workspace_id, window_start);

-- Final rows of compacted windows: gross, as the partials were, summed over the partitions.
CREATE TABLE llm_usage_rollups (
    stream text NOT NULL,
    window_start timestamptz NOT NULL,
    key_digest bytea NOT NULL,
    LIKE llm_usage_columns INCLUDING DEFAULTS,
    PRIMARY KEY (stream, window_start, key_digest)
);
CREATE INDEX llm_usage_rollups_project ON llm_usage_rollups (project_id, window_start);
CREATE INDEX llm_usage_rollups_workspace ON llm_usage_rollups (workspace_id, window_start);

-- Signed measures that make the gross rows equal the ledger: minus for what was counted twice, plus for what came late.
CREATE TABLE llm_usage_adjustments (
    stream text NOT NULL,
    window_start timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('live', 'import')),
    source_partition integer NOT NULL,
    source_offset bigint NOT NULL,
    reason text NOT NULL CHECK (reason IN ('duplicate', 'conflict', 'late', 'replay')),
    event_id uuid,
    session_id text,
    operation_id text,
    key_digest bytea NOT NULL,
    LIKE llm_usage_columns INCLUDING DEFAULTS,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, source_partition, source_offset, reason)
);
CREATE INDEX llm_usage_adjustments_window ON llm_usage_adjustments (stream, window_start);
CREATE INDEX llm_usage_adjustments_session ON llm_usage_adjustments (session_id, window_start) WHERE session_id IS NOT NULL;
CREATE INDEX llm_usage_adjustments_operation ON llm_usage_adjustments (operation_id, window_start)
    WHERE operation_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON llm_usage_partials TO tollbook_sink;
GRANT SELECT ON llm_usage_rollups TO tollbook_sink;
GRANT INSERT ON llm_usage_adjustments TO tollbook_sink;
