-- An answer takes whole months and days from their totals and only the rest window by window.

-- A period can stand for its windows where no time in p_cuts lies inside it: then all of them have the same prices.
CREATE FUNCTION llm_whole_periods(p_unit text, p_from timestamptz, p_to timestamptz, p_cuts timestamptz[])
RETURNS tstzmultirange LANGUAGE plpgsql STABLE PARALLEL SAFE SET timezone = 'UTC' AS $$
DECLARE
    width CONSTANT interval := ('1 ' || p_unit)::interval;
    first CONSTANT timestamptz := date_trunc(p_unit, p_from - interval '1 microsecond') + width;
    last CONSTANT timestamptz := date_trunc(p_unit, p_to);
    whole tstzmultirange := '{}';
    cut timestamptz;
BEGIN
    IF first >= last THEN
        RETURN whole;
    END IF;
    whole := tstzmultirange(tstzrange(first, last));
    FOREACH cut IN ARRAY p_cuts LOOP
        IF isfinite(cut) AND cut <> date_trunc(p_unit, cut) THEN
            whole := whole - tstzmultirange(tstzrange(date_trunc(p_unit, cut), date_trunc(p_unit, cut) + width));
        END IF;
    END LOOP;
    RETURN whole;
END
$$;
COMMENT ON FUNCTION llm_whole_periods IS 'the UTC days or months of a range that no cut divides; null: no bound';

CREATE INDEX llm_pricing_lower ON llm_pricing (lower(effective));
CREATE INDEX llm_pricing_upper ON llm_pricing (upper(effective));
CREATE INDEX llm_cost_corrections_lower ON llm_cost_corrections (lower(effective));
CREATE INDEX llm_cost_corrections_upper ON llm_cost_corrections (upper(effective));

CREATE FUNCTION llm_price_cuts(p_from timestamptz, p_to timestamptz, p_supposed llm_supposed_price[])
RETURNS timestamptz[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    after CONSTANT timestamptz := coalesce(p_from, '-infinity');
    before CONSTANT timestamptz := coalesce(p_to, 'infinity');
BEGIN
    RETURN ARRAY(
        SELECT lower(effective) FROM llm_pricing WHERE lower(effective) > after AND lower(effective) < before
        UNION
        SELECT upper(effective) FROM llm_pricing WHERE upper(effective) > after AND upper(effective) < before
        UNION
        SELECT lower(effective) FROM llm_cost_corrections
        WHERE lower(effective) > after AND lower(effective) < before
        UNION
        SELECT upper(effective) FROM llm_cost_corrections
        WHERE upper(effective) > after AND upper(effective) < before
        UNION
        SELECT at
        FROM unnest(p_supposed) CROSS JOIN LATERAL (VALUES (lower(effective)), (upper(effective))) AS bound (at)
        WHERE at > after AND at < before
        ORDER BY 1
    );
END
$$;
COMMENT ON FUNCTION llm_price_cuts IS 'every time inside a range at which any price begins or ends, in order';

CREATE TYPE llm_kept_total AS (
    window_start timestamptz, state text, workspace_id text, project_id text, template_id text, collection_id text,
    environment text, provider text, model text, response_model text, use_case text, service_tier text, batch boolean,
    prompt_band integer, events bigint, calls_success bigint, calls_missing_usage bigint, calls_timeout bigint,
    calls_error bigint, calls_with_usage bigint, prompt_tokens bigint, prompt_tokens_calls bigint, completion_tokens
    bigint, completion_tokens_calls bigint, total_tokens bigint, total_tokens_calls bigint, input_audio_tokens bigint,
    input_audio_tokens_calls bigint, output_audio_tokens bigint, output_audio_tokens_calls bigint,
    cached_prompt_tokens bigint, cached_prompt_tokens_calls bigint, cached_audio_tokens bigint,
    cached_audio_tokens_calls bigint, cached_image_tokens bigint, cached_image_tokens_calls bigint, cache_write_tokens
    bigint, cache_write_tokens_calls bigint, reasoning_tokens bigint, reasoning_tokens_calls bigint,
    tool_use_prompt_tokens bigint, tool_use_prompt_tokens_calls bigint, input_image_tokens bigint,
    input_image_tokens_calls bigint, output_image_tokens bigint, output_image_tokens_calls bigint, input_audio_ms
    bigint, input_audio_ms_calls bigint, billable_audio_ms bigint, billable_audio_ms_calls bigint, output_audio_ms
    bigint, output_audio_ms_calls bigint, output_images bigint, output_images_calls bigint, web_search_requests
    bigint, web_search_requests_calls bigint, provider_cost_e10 bigint, provider_cost_e10_calls bigint, latency_ms
    bigint, latency_ms_calls bigint
);
COMMENT ON TYPE llm_kept_total IS 'totals of a window, or of the day or month that begins there';

CREATE FUNCTION llm_unfinished_since() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((SELECT min(w.window_start) FROM llm_windows AS w WHERE w.state <> 'compacted'), 'infinity');
COMMENT ON FUNCTION llm_unfinished_since IS 'the start of the first window that is not compacted; infinity: none is';

-- Where rows are held by a policy, no function may see them before it, so these bounds are plain columns.
CREATE FUNCTION llm_spans(p_periods tstzmultirange) RETURNS TABLE (begins timestamptz, ends timestamptz)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
    SELECT coalesce(lower(span), '-infinity'), coalesce(upper(span), 'infinity')
    FROM unnest(p_periods) AS span OFFSET 0;
END;
COMMENT ON FUNCTION llm_spans IS 'the ranges of a multirange; an open end is infinite';

-- With a scope that is a constant, only what can hold it is left of this when it is planned. OFFSET 0 has each span
-- looked up by index: the planner, which cannot know how long it is, might read the scope's whole past once instead.
CREATE FUNCTION llm_kept_totals(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval,
    p_months tstzmultirange, p_days tstzmultirange, p_windows tstzmultirange, p_since timestamptz
) RETURNS SETOF llm_kept_total LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        m.period_start, 'final', m.workspace_id, m.project_id, m.template_id, m.collection_id, m.environment,
        m.provider, m.model, m.response_model, m.use_case, m.service_tier, m.batch, m.prompt_band, m.events,
        m.calls_success, m.calls_missing_usage, m.calls_timeout, m.calls_error, m.calls_with_usage, m.prompt_tokens,
        m.prompt_tokens_calls, m.completion_tokens, m.completion_tokens_calls, m.total_tokens, m.total_tokens_calls,
        m.input_audio_tokens, m.input_audio_tokens_calls, m.output_audio_tokens, m.output_audio_tokens_calls,
        m.cached_prompt_tokens, m.cached_prompt_tokens_calls, m.cached_audio_tokens, m.cached_audio_tokens_calls,
        m.cached_image_tokens, m.cached_image_tokens_calls, m.cache_write_tokens, m.cache_write_tokens_calls,
        m.reasoning_tokens, m.reasoning_tokens_calls, m.tool_use_prompt_tokens, m.tool_use_prompt_tokens_calls,
        m.input_image_tokens, m.input_image_tokens_calls, m.output_image_tokens, m.output_image_tokens_calls,
        m.input_audio_ms, m.input_audio_ms_calls, m.billable_audio_ms, m.billable_audio_ms_calls, m.output_audio_ms,
        m.output_audio_ms_calls, m.output_images, m.output_images_calls, m.web_search_requests,
        m.web_search_requests_calls, m.provider_cost_e10, m.provider_cost_e10_calls, m.latency_ms, m.latency_ms_calls
    FROM llm_spans(p_months) AS span
    CROSS JOIN LATERAL (
        SELECT * FROM llm_monthly_usage AS m
        WHERE m.period_start >= span.begins AND m.period_start < span.ends
            AND (p_workspace_id IS NULL OR m.workspace_id = p_workspace_id)
            AND p_scope NOT IN ('session', 'operation')
            AND (p_scope = 'all' OR CASE p_scope
                WHEN 'project' THEN m.project_id
                WHEN 'workspace' THEN m.workspace_id
                WHEN 'collection' THEN m.collection_id
                WHEN 'template' THEN m.template_id
            END = p_id)
        OFFSET 0
    ) AS m
    UNION ALL
    SELECT
        d.period_start, 'final', d.workspace_id, d.project_id, d.template_id, d.collection_id, d.environment,
        d.provider, d.model, d.response_model, d.use_case, d.service_tier, d.batch, d.prompt_band, d.events,
        d.calls_success, d.calls_missing_usage, d.calls_timeout, d.calls_error, d.calls_with_usage, d.prompt_tokens,
        d.prompt_tokens_calls, d.completion_tokens, d.completion_tokens_calls, d.total_tokens, d.total_tokens_calls,
        d.input_audio_tokens, d.input_audio_tokens_calls, d.output_audio_tokens, d.output_audio_tokens_calls,
        d.cached_prompt_tokens, d.cached_prompt_tokens_calls, d.cached_audio_tokens, d.cached_audio_tokens_calls,
        d.cached_image_tokens, d.cached_image_tokens_calls, d.cache_write_tokens, d.cache_write_tokens_calls,
        d.reasoning_tokens, d.reasoning_tokens_calls, d.tool_use_prompt_tokens, d.tool_use_prompt_tokens_calls,
        d.input_image_tokens, d.input_image_tokens_calls, d.output_image_tokens, d.output_image_tokens_calls,
        d.input_audio_ms, d.input_audio_ms_calls, d.billable_audio_ms, d.billable_audio_ms_calls, d.output_audio_ms,
        d.output_audio_ms_calls, d.output_images, d.output_images_calls, d.web_search_requests,
        d.web_search_requests_calls, d.provider_cost_e10, d.provider_cost_e10_calls, d.latency_ms, d.latency_ms_calls
    FROM llm_spans(p_days) AS span
    CROSS JOIN LATERAL (
        SELECT * FROM llm_daily_usage AS d
        WHERE d.period_start >= span.begins AND d.period_start < span.ends
            AND (p_workspace_id IS NULL OR d.workspace_id = p_workspace_id)
            AND p_scope NOT IN ('session', 'operation')
            AND (p_scope = 'all' OR CASE p_scope
                WHEN 'project' THEN d.project_id
                WHEN 'workspace' THEN d.workspace_id
                WHEN 'collection' THEN d.collection_id
                WHEN 'template' THEN d.template_id
            END = p_id)
        OFFSET 0
    ) AS d
    UNION ALL
    SELECT
        r.window_start, 'final', r.workspace_id, r.project_id, r.template_id, r.collection_id, r.environment,
        r.provider, r.model, r.response_model, r.use_case, r.service_tier, r.batch, r.prompt_band, r.events,
        r.calls_success, r.calls_missing_usage, r.calls_timeout, r.calls_error, r.calls_with_usage, r.prompt_tokens,
        r.prompt_tokens_calls, r.completion_tokens, r.completion_tokens_calls, r.total_tokens, r.total_tokens_calls,
        r.input_audio_tokens, r.input_audio_tokens_calls, r.output_audio_tokens, r.output_audio_tokens_calls,
        r.cached_prompt_tokens, r.cached_prompt_tokens_calls, r.cached_audio_tokens, r.cached_audio_tokens_calls,
        r.cached_image_tokens, r.cached_image_tokens_calls, r.cache_write_tokens, r.cache_write_tokens_calls,
        r.reasoning_tokens, r.reasoning_tokens_calls, r.tool_use_prompt_tokens, r.tool_use_prompt_tokens_calls,
        r.input_image_tokens, r.input_image_tokens_calls, r.output_image_tokens, r.output_image_tokens_calls,
        r.input_audio_ms, r.input_audio_ms_calls, r.billable_audio_ms, r.billable_audio_ms_calls, r.output_audio_ms,
        r.output_audio_ms_calls, r.output_images, r.output_images_calls, r.web_search_requests,
        r.web_search_requests_calls, r.provider_cost_e10, r.provider_cost_e10_calls, r.latency_ms, r.latency_ms_calls
    FROM llm_spans(p_windows) AS span
    CROSS JOIN LATERAL (
        SELECT * FROM llm_usage_rollups AS r
        WHERE r.window_start >= span.begins AND r.window_start < span.ends
            AND (p_workspace_id IS NULL OR r.workspace_id = p_workspace_id)
            AND p_scope NOT IN ('session', 'operation')
            AND (p_scope = 'all' OR CASE p_scope
                WHEN 'project' THEN r.project_id
                WHEN 'workspace' THEN r.workspace_id
                WHEN 'collection' THEN r.collection_id
                WHEN 'template' THEN r.template_id
            END = p_id)
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT
        p.window_start, 'provisional', p.workspace_id, p.project_id, p.template_id, p.collection_id, p.environment,
        p.provider, p.model, p.response_model, p.use_case, p.service_tier, p.batch, p.prompt_band, p.events,
        p.calls_success, p.calls_missing_usage, p.calls_timeout, p.calls_error, p.calls_with_usage, p.prompt_tokens,
        p.prompt_tokens_calls, p.completion_tokens, p.completion_tokens_calls, p.total_tokens, p.total_tokens_calls,
        p.input_audio_tokens, p.input_audio_tokens_calls, p.output_audio_tokens, p.output_audio_tokens_calls,
        p.cached_prompt_tokens, p.cached_prompt_tokens_calls, p.cached_audio_tokens, p.cached_audio_tokens_calls,
        p.cached_image_tokens, p.cached_image_tokens_calls, p.cache_write_tokens, p.cache_write_tokens_calls,
        p.reasoning_tokens, p.reasoning_tokens_calls, p.tool_use_prompt_tokens, p.tool_use_prompt_tokens_calls,
        p.input_image_tokens, p.input_image_tokens_calls, p.output_image_tokens, p.output_image_tokens_calls,
        p.input_audio_ms, p.input_audio_ms_calls, p.billable_audio_ms, p.billable_audio_ms_calls, p.output_audio_ms,
        p.output_audio_ms_calls, p.output_images, p.output_images_calls, p.web_search_requests,
        p.web_search_requests_calls, p.provider_cost_e10, p.provider_cost_e10_calls, p.latency_ms, p.latency_ms_calls
    FROM llm_usage_partials AS p
    WHERE p.window_start >= coalesce(p_from, '-infinity') AND p.window_start < coalesce(p_to, 'infinity')
        AND (p_scope = 'all' OR CASE p_scope
            WHEN 'project' THEN p.project_id
            WHEN 'workspace' THEN p.workspace_id
            WHEN 'collection' THEN p.collection_id
            WHEN 'template' THEN p.template_id
        END = p_id)
        AND p_scope NOT IN ('session', 'operation') AND (p_workspace_id IS NULL OR p.workspace_id = p_workspace_id)
    UNION ALL
    SELECT
        a.window_start, a.state, a.workspace_id, a.project_id, a.template_id, a.collection_id, a.environment,
        a.provider, a.model, a.response_model, a.use_case, a.service_tier, a.batch, a.prompt_band, a.events,
        a.calls_success, a.calls_missing_usage, a.calls_timeout, a.calls_error, a.calls_with_usage, a.prompt_tokens,
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
    WHERE a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_scope = 'all' OR CASE p_scope
            WHEN 'project' THEN a.project_id
            WHEN 'workspace' THEN a.workspace_id
            WHEN 'collection' THEN a.collection_id
            WHEN 'template' THEN a.template_id
        END = p_id)
        AND p_scope NOT IN ('session', 'operation') AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    UNION ALL
    -- Of a session or an operation, compacted windows: totals made from on-time ledger rows, so of the corrections only
    -- what came later.
    SELECT
        s.window_start, 'final', s.workspace_id, s.project_id, s.template_id, s.collection_id, s.environment,
        s.provider, s.model, s.response_model, s.use_case, s.service_tier, s.batch, s.prompt_band, s.events,
        s.calls_success, s.calls_missing_usage, s.calls_timeout, s.calls_error, s.calls_with_usage, s.prompt_tokens,
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
        o.window_start, 'final', o.workspace_id, o.project_id, o.template_id, o.collection_id, o.environment,
        o.provider, o.model, o.response_model, o.use_case, o.service_tier, o.batch, o.prompt_band, o.events,
        o.calls_success, o.calls_missing_usage, o.calls_timeout, o.calls_error, o.calls_with_usage, o.prompt_tokens,
        o.prompt_tokens_calls, o.completion_tokens, o.completion_tokens_calls, o.total_tokens, o.total_tokens_calls,
        o.input_audio_tokens, o.input_audio_tokens_calls, o.output_audio_tokens, o.output_audio_tokens_calls,
        o.cached_prompt_tokens, o.cached_prompt_tokens_calls, o.cached_audio_tokens, o.cached_audio_tokens_calls,
        o.cached_image_tokens, o.cached_image_tokens_calls, o.cache_write_tokens, o.cache_write_tokens_calls,
        o.reasoning_tokens, o.reasoning_tokens_calls, o.tool_use_prompt_tokens, o.tool_use_prompt_tokens_calls,
        o.input_image_tokens, o.input_image_tokens_calls, o.output_image_tokens, o.output_image_tokens_calls,
        o.input_audio_ms, o.input_audio_ms_calls, o.billable_audio_ms, o.billable_audio_ms_calls, o.output_audio_ms,
        o.output_audio_ms_calls, o.output_images, o.output_images_calls, o.web_search_requests,
        o.web_search_requests_calls, o.provider_cost_e10, o.provider_cost_e10_calls, o.latency_ms, o.latency_ms_calls
    FROM llm_operation_usage AS o
    WHERE p_scope = 'operation' AND o.operation_id = p_id
        AND o.window_start >= coalesce(p_from, '-infinity') AND o.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR o.workspace_id = p_workspace_id)
    UNION ALL
    SELECT
        a.window_start, a.state, a.workspace_id, a.project_id, a.template_id, a.collection_id, a.environment,
        a.provider, a.model, a.response_model, a.use_case, a.service_tier, a.batch, a.prompt_band, a.events,
        a.calls_success, a.calls_missing_usage, a.calls_timeout, a.calls_error, a.calls_with_usage, a.prompt_tokens,
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
    WHERE p_scope IN ('session', 'operation')
        AND CASE p_scope WHEN 'session' THEN a.session_id WHEN 'operation' THEN a.operation_id END = p_id
        AND a.state = 'final' AND a.reason IN ('late', 'replay')
        AND a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    UNION ALL
    -- Its other windows: the ledger itself, late or not.
    SELECT
        date_bin(p_window, e.created_at, 'epoch'), 'provisional', e.workspace_id, e.project_id, e.template_id,
        e.collection_id, e.environment, e.provider, e.model, e.response_model, e.use_case, e.service_tier, e.batch,
        e.prompt_band, e.events, e.calls_success, e.calls_missing_usage, e.calls_timeout, e.calls_error,
        e.calls_with_usage, e.prompt_tokens, e.prompt_tokens_calls, e.completion_tokens, e.completion_tokens_calls,
        e.total_tokens, e.total_tokens_calls, e.input_audio_tokens, e.input_audio_tokens_calls, e.output_audio_tokens,
        e.output_audio_tokens_calls, e.cached_prompt_tokens, e.cached_prompt_tokens_calls, e.cached_audio_tokens,
        e.cached_audio_tokens_calls, e.cached_image_tokens, e.cached_image_tokens_calls, e.cache_write_tokens,
        e.cache_write_tokens_calls, e.reasoning_tokens, e.reasoning_tokens_calls, e.tool_use_prompt_tokens,
        e.tool_use_prompt_tokens_calls, e.input_image_tokens, e.input_image_tokens_calls, e.output_image_tokens,
        e.output_image_tokens_calls, e.input_audio_ms, e.input_audio_ms_calls, e.billable_audio_ms,
        e.billable_audio_ms_calls, e.output_audio_ms, e.output_audio_ms_calls, e.output_images, e.output_images_calls,
        e.web_search_requests, e.web_search_requests_calls, e.provider_cost_e10, e.provider_cost_e10_calls,
        e.latency_ms, e.latency_ms_calls
    FROM llm_usage_event_measures AS e
    WHERE p_scope IN ('session', 'operation')
        AND CASE p_scope WHEN 'session' THEN e.session_id WHEN 'operation' THEN e.operation_id END = p_id
        AND e.created_at >= p_since AND e.created_at < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR e.workspace_id = p_workspace_id)
        AND NOT EXISTS (
            SELECT FROM llm_windows AS w
            WHERE w.stream = e.stream AND w.window_start = date_bin(p_window, e.created_at, 'epoch')
                AND w.state = 'compacted'
        );
END;
COMMENT ON FUNCTION llm_kept_totals IS
    'The rows of llm_usage_rows, the final ones of p_months and p_days summed up: those and p_windows make up '
    '[p_from, p_to). Before p_since every window is compacted, so that a session needs no older ledger row.';

CREATE FUNCTION llm_summed_totals(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval,
    p_by text[], p_zone text, p_cuts timestamptz[],
    p_months tstzmultirange, p_days tstzmultirange, p_windows tstzmultirange, p_since timestamptz
) RETURNS SETOF llm_usage_part LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        row_number() OVER (), keyed.provider, keyed.model, keyed.response_model, keyed.use_case, keyed.state,
        keyed.workspace_id, keyed.by_project, keyed.by_template, keyed.by_collection, keyed.by_environment,
        keyed.service_tier, keyed.batch, keyed.prompt_band, keyed.by_window, min(keyed.window_start),
        sum(keyed.events), sum(keyed.calls_success), sum(keyed.calls_missing_usage), sum(keyed.calls_timeout),
        sum(keyed.calls_error), sum(keyed.calls_with_usage), sum(keyed.prompt_tokens), sum(keyed.prompt_tokens_calls),
        sum(keyed.completion_tokens), sum(keyed.completion_tokens_calls), sum(keyed.total_tokens),
        sum(keyed.total_tokens_calls), sum(keyed.input_audio_tokens), sum(keyed.input_audio_tokens_calls),
        sum(keyed.output_audio_tokens), sum(keyed.output_audio_tokens_calls), sum(keyed.cached_prompt_tokens),
        sum(keyed.cached_prompt_tokens_calls), sum(keyed.cached_audio_tokens), sum(keyed.cached_audio_tokens_calls),
        sum(keyed.cached_image_tokens), sum(keyed.cached_image_tokens_calls), sum(keyed.cache_write_tokens),
        sum(keyed.cache_write_tokens_calls), sum(keyed.reasoning_tokens), sum(keyed.reasoning_tokens_calls),
        sum(keyed.tool_use_prompt_tokens), sum(keyed.tool_use_prompt_tokens_calls), sum(keyed.input_image_tokens),
        sum(keyed.input_image_tokens_calls), sum(keyed.output_image_tokens), sum(keyed.output_image_tokens_calls),
        sum(keyed.input_audio_ms), sum(keyed.input_audio_ms_calls), sum(keyed.billable_audio_ms),
        sum(keyed.billable_audio_ms_calls), sum(keyed.output_audio_ms), sum(keyed.output_audio_ms_calls),
        sum(keyed.output_images), sum(keyed.output_images_calls), sum(keyed.web_search_requests),
        sum(keyed.web_search_requests_calls), sum(keyed.provider_cost_e10), sum(keyed.provider_cost_e10_calls),
        sum(keyed.latency_ms), sum(keyed.latency_ms_calls)
    FROM (
        SELECT
            used.*,
            CASE WHEN 'project' = ANY (p_by) THEN used.project_id END AS by_project,
            CASE WHEN 'template' = ANY (p_by) THEN used.template_id END AS by_template,
            CASE WHEN 'collection' = ANY (p_by) THEN used.collection_id END AS by_collection,
            CASE WHEN 'environment' = ANY (p_by) THEN used.environment END AS by_environment,
            CASE
                WHEN 'window' = ANY (p_by) THEN used.window_start
                WHEN 'day' = ANY (p_by) THEN llm_local_start('day', used.window_start, p_zone)
                WHEN 'month' = ANY (p_by) THEN llm_local_start('month', used.window_start, p_zone)
            END AS by_window,
            width_bucket(used.window_start, p_cuts) AS epoch
        FROM llm_kept_totals(
            p_scope, p_id, p_from, p_to, p_workspace_id, p_window, p_months, p_days, p_windows, p_since
        ) AS used
    ) AS keyed
    GROUP BY
        keyed.provider, keyed.model, keyed.response_model, keyed.use_case, keyed.state, keyed.workspace_id,
        keyed.by_project, keyed.by_template, keyed.by_collection, keyed.by_environment, keyed.service_tier,
        keyed.batch, keyed.prompt_band, keyed.by_window, keyed.epoch;
END;
COMMENT ON FUNCTION llm_summed_totals IS 'llm_usage_cuts, once it is known what to read';
