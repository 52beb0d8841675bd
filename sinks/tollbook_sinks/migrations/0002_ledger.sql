-- The ledger: one row for each accepted call, append-only, partitioned by the UTC day of created_at.

CREATE TABLE llm_usage_events (
    id uuid NOT NULL,
    workspace_id text,
    project_id text,
    template_id text,
    collection_id text,
    session_id text,
    provider text NOT NULL,
    model text NOT NULL,
    use_case text NOT NULL,
    status text NOT NULL CHECK (status IN ('success', 'missing_usage', 'timeout', 'error')),
    prompt_tokens bigint,
    completion_tokens bigint,
    total_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    raw_usage jsonb,
    request_id text,
    latency_ms bigint,
    created_at timestamptz NOT NULL,
    operation_id text,
    end_user_id text,
    environment text,
    tags jsonb,
    response_model text,
    error_type text,
    service_tier text,
    cached_prompt_tokens bigint,
    cached_audio_tokens bigint,
    cached_image_tokens bigint,
    cache_write_tokens bigint,
    reasoning_tokens bigint,
    tool_use_prompt_tokens bigint,
    input_image_tokens bigint,
    output_image_tokens bigint,
    input_audio_seconds numeric(11, 3),
    billable_audio_seconds numeric(11, 3),
    output_audio_seconds numeric(11, 3),
    output_images bigint,
    web_search_requests bigint,
    provider_cost_usd numeric(16, 10),
    batch boolean NOT NULL,
    aggregate boolean NOT NULL,
    call_count integer NOT NULL CHECK (call_count > 0),
    attempts integer,
    time_to_first_chunk_ms bigint,
    flags text[] NOT NULL,
    source_id text,
    schema_version smallint NOT NULL,
    prompt_band integer NOT NULL,
    dimensions_digest bytea NOT NULL,
    stream text NOT NULL,
    on_time boolean NOT NULL,
    source_partition integer NOT NULL,
    source_offset bigint NOT NULL,
    content_digest bytea NOT NULL,
    PRIMARY KEY (id, created_at),
    CONSTRAINT llm_usage_events_id_holds_created_at
        CHECK (created_at IS NOT DISTINCT FROM uuid7_time(id))
) PARTITION BY RANGE (created_at);

COMMENT ON COLUMN llm_usage_events.stream IS 'live, or the id of the import';
COMMENT ON COLUMN llm_usage_events.on_time IS 'false: counted by an adjustment, not by the window''s totals';
COMMENT ON COLUMN llm_usage_events.dimensions_digest IS 'SHA-256 of the twelve rollup dimensions as a JSON array';

CREATE INDEX llm_usage_events_session ON llm_usage_events (session_id, created_at DESC);
CREATE INDEX llm_usage_events_collection ON llm_usage_events (collection_id, created_at DESC);
CREATE INDEX llm_usage_events_template ON llm_usage_events (template_id, created_at DESC);
CREATE INDEX llm_usage_events_project ON llm_usage_events (project_id, created_at DESC);
CREATE INDEX llm_usage_events_workspace ON llm_usage_events (workspace_id, created_at DESC);
CREATE INDEX llm_usage_events_model ON llm_usage_events (provider, model, created_at DESC);
CREATE INDEX llm_usage_events_created_at ON llm_usage_events (created_at);

GRANT SELECT, INSERT ON llm_usage_events TO tollbook_sink;

-- Make the ledger's partition of one UTC day; nothing happens if it is there. Attaching a table made beside the parent
-- takes no lock that stops inserts or queries. One maker at a time, so that two never make the same day.
CREATE FUNCTION ensure_ledger_day(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    name text := 'llm_usage_events_' || to_char(day, 'YYYYMMDD');
    lower_bound timestamptz := day::timestamptz;
    upper_bound timestamptz := (day + 1)::timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tollbook.ensure_ledger_day', 0));
    IF EXISTS (
        SELECT FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.llm_usage_events'::regclass AND c.relname = name
    ) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.llm_usage_events INCLUDING ALL EXCLUDING INDEXES)', name);
    EXECUTE format(
        'ALTER TABLE public.%I ADD CONSTRAINT %I CHECK (created_at >= %L AND created_at < %L)',
        name, name || '_day', lower_bound, upper_bound
    );
    EXECUTE format(
        'ALTER TABLE public.llm_usage_events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        name, lower_bound, upper_bound
    );
END
$$;

REVOKE EXECUTE ON FUNCTION ensure_ledger_day(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_ledger_day(date) TO tollbook_sink;
