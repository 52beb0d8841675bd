-- What an answer rests on: its corrections, where the record begins, and the events behind any figure.

CREATE OR REPLACE FUNCTION get_usage_adjustments(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS TABLE (
    reason text, state text, events bigint, calls bigint, prompt_tokens bigint, completion_tokens bigint
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        a.reason, a.state, sum(a.events)::bigint,
        sum(a.calls_success + a.calls_missing_usage + a.calls_timeout + a.calls_error)::bigint,
        sum(a.prompt_tokens)::bigint, sum(a.completion_tokens)::bigint
    FROM (
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'project' AND project_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'workspace' AND workspace_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'collection' AND collection_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'template' AND template_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'session' AND session_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'operation' AND operation_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'all'
    ) AS a
    WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window)
        AND a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    GROUP BY a.reason, a.state
    ORDER BY a.state, a.reason;
END;
COMMENT ON FUNCTION get_usage_adjustments IS
    'The corrections in get_usage of the same arguments, signed: duplicates and conflicts were taken back out of gross '
    'totals, late calls were added. Totals of a session or an operation never held their duplicates and conflicts: '
    'those only inform.';

-- Days whose rows have left the ledger, told by the ledger itself: the record of a drop comes a moment after it, and a
-- day that is back from the archive is there. A tenant may know them.
CREATE VIEW llm_dropped_days WITH (security_invoker = true) AS
SELECT
    day, day::timestamp AT TIME ZONE 'UTC' AS day_start, (day + 1)::timestamp AT TIME ZONE 'UTC' AS day_end
FROM llm_expired_days
WHERE NOT EXISTS (
    SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'public.llm_usage_events'::regclass AND NOT inhdetachpending
        AND relname = 'llm_usage_events_' || to_char(day, 'YYYYMMDD')
);
COMMENT ON VIEW llm_dropped_days IS 'UTC days whose events are no longer in the ledger; their totals stay';
GRANT SELECT ON llm_dropped_days TO tollbook_reader, tollbook_admin, tollbook_tenant;
GRANT SELECT (day) ON llm_expired_days TO tollbook_tenant;

CREATE FUNCTION get_record_extent(
    p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS TABLE (begins timestamptz, ends timestamptz, dropped_days bigint, dropped_through date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT recorded.begins, recorded.ends, dropped.days, dropped.through
    FROM (
        SELECT min(w.window_start) AS begins, max(w.window_start) + p_window AS ends FROM llm_windows AS w
        WHERE w.window_start >= coalesce(p_from, '-infinity') AND w.window_start < coalesce(p_to, 'infinity')
    ) AS recorded
    CROSS JOIN (
        SELECT count(*) AS days, max(d.day) AS through FROM llm_dropped_days AS d
        WHERE d.day_end > coalesce(p_from, '-infinity') AND d.day_start < coalesce(p_to, 'infinity')
    ) AS dropped;
END;
COMMENT ON FUNCTION get_record_extent IS
    'What all time (or a range) is here: from the first to the end of the last window with anybody''s usage, null where '
    'there is none. Of time before begins nothing is known, which is not zero. dropped_days: days in it whose events '
    'have left the ledger, up to dropped_through; their totals stay, and so do all answers but the events themselves.';

CREATE FUNCTION llm_is_filter(p_where jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    known CONSTANT text[] := ARRAY[
        'provider', 'model', 'response_model', 'use_case', 'environment', 'workspace_id', 'project_id', 'template_id',
        'collection_id', 'service_tier', 'batch', 'status'
    ];
    strange text;
BEGIN
    IF jsonb_typeof(p_where) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'a filter of events is a JSON object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT name INTO strange FROM jsonb_object_keys(p_where) AS name WHERE name <> ALL (known) LIMIT 1;
    IF strange IS NOT NULL THEN
        RAISE EXCEPTION 'events are filtered by %, not by %', array_to_string(known, ', '), quote_literal(strange)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION llm_is_filter IS 'true, or the reason why not as error 22023';

CREATE FUNCTION llm_first_id(p_at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (lpad(to_hex((extract(epoch FROM p_at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
COMMENT ON FUNCTION llm_first_id IS 'the lowest id that an event of that millisecond can have';

CREATE TYPE llm_usage_event_line AS (
    "position" uuid, kind text, created_at timestamptz, id uuid, call_count bigint,
    workspace_id text, project_id text, template_id text, collection_id text, session_id text, operation_id text,
    end_user_id text, environment text, tags jsonb, provider text, model text, response_model text, use_case text,
    status text, error_type text, service_tier text, batch boolean, aggregate boolean,
    prompt_tokens bigint, completion_tokens bigint, total_tokens bigint, input_audio_tokens bigint,
    output_audio_tokens bigint, cached_prompt_tokens bigint, cached_audio_tokens bigint, cached_image_tokens bigint,
    cache_write_tokens bigint, reasoning_tokens bigint, tool_use_prompt_tokens bigint, input_image_tokens bigint,
    output_image_tokens bigint, input_audio_seconds numeric, billable_audio_seconds numeric,
    output_audio_seconds numeric, output_images bigint, web_search_requests bigint, provider_cost_usd numeric,
    latency_ms bigint, time_to_first_chunk_ms bigint, attempts integer, flags text[], request_id text, source_id text,
    raw_usage jsonb, stream text, on_time boolean, source_partition integer, source_offset bigint
);
COMMENT ON TYPE llm_usage_event_line IS 'an event behind a figure, or a day whose events have left the ledger';
COMMENT ON COLUMN llm_usage_event_line."position" IS 'where the next page continues: p_after';
COMMENT ON COLUMN llm_usage_event_line.kind IS
    'event; or dropped: the events of the UTC day that begins at created_at have left the ledger, call_count is what '
    'their totals hold, and all else is null';
COMMENT ON COLUMN llm_usage_event_line.call_count IS
    'calls that it stands for; over all pages of compacted windows the sum is the figure''s calls';

CREATE FUNCTION get_usage_events(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_where jsonb DEFAULT '{}', p_limit bigint DEFAULT 100, p_after uuid DEFAULT NULL
) RETURNS SETOF llm_usage_event_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH dropped AS (
        SELECT
            d.day_start, sum(CASE p_where ->> 'status'
                WHEN 'success' THEN r.calls_success
                WHEN 'missing_usage' THEN r.calls_missing_usage
                WHEN 'timeout' THEN r.calls_timeout
                WHEN 'error' THEN r.calls_error
                ELSE r.calls_success + r.calls_missing_usage + r.calls_timeout + r.calls_error
            END) AS calls
        FROM llm_dropped_days AS d
        CROSS JOIN LATERAL llm_usage_rows(
            p_scope, p_id, greatest(p_from, d.day_start), least(p_to, d.day_end), p_workspace_id, p_window
        ) AS r
        WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window) AND llm_is_filter(p_where)
            AND d.day_end > coalesce(p_from, '-infinity') AND d.day_start < coalesce(p_to, 'infinity')
            AND (p_after IS NULL OR llm_first_id(d.day_start) > p_after)
            AND jsonb_build_object(
                'provider', r.provider, 'model', r.model, 'response_model', r.response_model, 'use_case', r.use_case,
                'environment', r.environment, 'workspace_id', r.workspace_id, 'project_id', r.project_id,
                'template_id', r.template_id, 'collection_id', r.collection_id, 'service_tier', r.service_tier,
                'batch', r.batch
            ) @> (p_where - 'status')
        GROUP BY d.day_start
    ),
    kept AS (
        SELECT e.*
        FROM llm_usage_events AS e
        WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window) AND llm_is_filter(p_where)
            AND (p_scope = 'all' OR CASE p_scope
                WHEN 'project' THEN e.project_id
                WHEN 'workspace' THEN e.workspace_id
                WHEN 'collection' THEN e.collection_id
                WHEN 'template' THEN e.template_id
                WHEN 'session' THEN e.session_id
                WHEN 'operation' THEN e.operation_id
            END = p_id)
            AND e.created_at >= coalesce(p_from, '-infinity') AND e.created_at < coalesce(p_to, 'infinity')
            AND (p_workspace_id IS NULL OR e.workspace_id = p_workspace_id)
            AND (p_after IS NULL OR e.created_at >= uuid7_time(p_after) AND e.id > p_after)
            AND jsonb_build_object(
                'provider', e.provider, 'model', e.model, 'response_model', e.response_model, 'use_case', e.use_case,
                'environment', e.environment, 'workspace_id', e.workspace_id, 'project_id', e.project_id,
                'template_id', e.template_id, 'collection_id', e.collection_id, 'service_tier', e.service_tier,
                'batch', e.batch, 'status', e.status
            ) @> p_where
        ORDER BY e.created_at, e.id
        LIMIT p_limit
    )
    SELECT * FROM (
        SELECT
            k.id AS "position", 'event', k.created_at, k.id, k.call_count::bigint,
            k.workspace_id, k.project_id, k.template_id, k.collection_id, k.session_id, k.operation_id, k.end_user_id,
            k.environment, k.tags, k.provider, k.model, k.response_model, k.use_case, k.status, k.error_type,
            k.service_tier, k.batch, k.aggregate, k.prompt_tokens, k.completion_tokens, k.total_tokens,
            k.input_audio_tokens, k.output_audio_tokens, k.cached_prompt_tokens, k.cached_audio_tokens,
            k.cached_image_tokens, k.cache_write_tokens, k.reasoning_tokens, k.tool_use_prompt_tokens,
            k.input_image_tokens, k.output_image_tokens, k.input_audio_seconds::numeric,
            k.billable_audio_seconds::numeric, k.output_audio_seconds::numeric, k.output_images,
            k.web_search_requests, k.provider_cost_usd::numeric, k.latency_ms, k.time_to_first_chunk_ms, k.attempts,
            k.flags, k.request_id, k.source_id, k.raw_usage, k.stream, k.on_time, k.source_partition, k.source_offset
        FROM kept AS k
        UNION ALL
        SELECT
            llm_first_id(d.day_start), 'dropped', d.day_start, NULL, d.calls::bigint,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM dropped AS d
        WHERE d.calls <> 0
    ) AS listed
    ORDER BY "position"
    LIMIT p_limit;
END;
COMMENT ON FUNCTION get_usage_events IS
    'The events behind a figure of get_usage of the same arguments, oldest first, p_limit a page (null: all), each page '
    'after the position p_after. p_where holds what the figure''s line was told apart by, null included, and status: '
    '{"model": "gpt-4.1", "environment": null, "status": "error"}. A day whose events have left the ledger is a row '
    'of the kind dropped, with the calls that its totals hold.';
