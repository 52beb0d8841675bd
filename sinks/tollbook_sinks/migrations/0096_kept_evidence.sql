-- The windows and corrections behind a bill keep their plans too, and a session's windows are looked for only in what
-- can hold them: before p_since every window is compacted, so that no older ledger row is needed.

-- With a scope that is a constant, only what can hold it is left of this when it is planned, as with llm_kept_totals.
-- Bounds are plain: where rows are held by a policy, an expression would be computed only after it, not by the index.
-- OFFSET 0 has a session looked up by its id: the planner, which cannot know how long a range is, might read all of it.
CREATE FUNCTION llm_used_windows(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval,
    p_since timestamptz
) RETURNS TABLE (stream text, window_start timestamptz, calls bigint) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT u.stream, u.window_start, sum(u.calls)::bigint
    FROM (
        SELECT
            t.stream, t.window_start,
            t.calls_success + t.calls_missing_usage + t.calls_timeout + t.calls_error AS calls
        FROM llm_usage_totals AS t
        WHERE t.window_start >= p_from AND t.window_start < p_to
            AND (p_scope = 'all' OR CASE p_scope
                WHEN 'project' THEN t.project_id
                WHEN 'workspace' THEN t.workspace_id
                WHEN 'collection' THEN t.collection_id
                WHEN 'template' THEN t.template_id
            END = p_id)
            AND p_scope NOT IN ('session', 'operation')
            AND (p_workspace_id IS NULL OR t.workspace_id = p_workspace_id)
        UNION ALL
        SELECT
            s.stream, s.window_start, s.calls_success + s.calls_missing_usage + s.calls_timeout + s.calls_error
        FROM (SELECT * FROM llm_session_usage WHERE p_scope = 'session' AND session_id = p_id OFFSET 0) AS s
        WHERE s.window_start >= p_from AND s.window_start < p_to
            AND (p_workspace_id IS NULL OR s.workspace_id = p_workspace_id)
        UNION ALL
        SELECT
            o.stream, o.window_start, o.calls_success + o.calls_missing_usage + o.calls_timeout + o.calls_error
        FROM (SELECT * FROM llm_operation_usage WHERE p_scope = 'operation' AND operation_id = p_id OFFSET 0) AS o
        WHERE o.window_start >= p_from AND o.window_start < p_to
            AND (p_workspace_id IS NULL OR o.workspace_id = p_workspace_id)
        UNION ALL
        SELECT
            a.stream, a.window_start, a.calls_success + a.calls_missing_usage + a.calls_timeout + a.calls_error
        FROM llm_counted_adjustments AS a
        WHERE p_scope IN ('session', 'operation')
            AND CASE p_scope WHEN 'session' THEN a.session_id WHEN 'operation' THEN a.operation_id END = p_id
            AND a.state = 'final' AND a.reason IN ('late', 'replay')
            AND a.window_start >= p_from AND a.window_start < p_to
            AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
        UNION ALL
        SELECT
            e.stream, date_bin(p_window, e.created_at, 'epoch'),
            e.calls_success + e.calls_missing_usage + e.calls_timeout + e.calls_error
        FROM llm_usage_event_measures AS e
        WHERE p_scope IN ('session', 'operation')
            AND CASE p_scope WHEN 'session' THEN e.session_id WHEN 'operation' THEN e.operation_id END = p_id
            AND e.created_at >= p_since AND e.created_at < p_to
            AND (p_workspace_id IS NULL OR e.workspace_id = p_workspace_id)
            AND NOT EXISTS (
                SELECT FROM llm_windows AS w
                WHERE w.stream = e.stream AND w.window_start = date_bin(p_window, e.created_at, 'epoch')
                    AND w.state = 'compacted'
            )
    ) AS u
    GROUP BY u.stream, u.window_start;
END;
COMMENT ON FUNCTION llm_used_windows IS
    'the windows of get_usage_windows with the scope''s own calls; p_from and p_to may be infinite, not null';

CREATE OR REPLACE FUNCTION get_usage_windows(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS TABLE (
    stream text, window_start timestamptz, state text, calls bigint,
    ledger_events bigint, rollup_events bigint, ledger_calls bigint, rollup_calls bigint,
    ledger_digest bytea, rollup_digest bytea, proven boolean, compacted_at timestamptz, differences jsonb
) LANGUAGE plpgsql STABLE PARALLEL SAFE
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    first CONSTANT timestamptz := coalesce(p_from, '-infinity');
    last CONSTANT timestamptz := coalesce(p_to, 'infinity');
    since CONSTANT timestamptz := greatest(p_from, llm_unfinished_since());
    streams text[];
    starts timestamptz[];
    counts bigint[];
BEGIN
    PERFORM llm_is_scope(p_scope, p_id, p_from, p_to, p_window);
    CASE p_scope
        WHEN 'project' THEN
            SELECT array_agg(u.stream), array_agg(u.window_start), array_agg(u.calls) INTO streams, starts, counts
            FROM llm_used_windows('project', p_id, first, last, p_workspace_id, p_window, since) AS u;
        WHEN 'workspace' THEN
            SELECT array_agg(u.stream), array_agg(u.window_start), array_agg(u.calls) INTO streams, starts, counts
            FROM llm_used_windows('workspace', p_id, first, last, p_workspace_id, p_window, since) AS u;
        WHEN 'collection' THEN
            SELECT array_agg(u.stream), array_agg(u.window_start), array_agg(u.calls) INTO streams, starts, counts
            FROM llm_used_windows('collection', p_id, first, last, p_workspace_id, p_window, since) AS u;
        WHEN 'template' THEN
            SELECT array_agg(u.stream), array_agg(u.window_start), array_agg(u.calls) INTO streams, starts, counts
            FROM llm_used_windows('template', p_id, first, last, p_workspace_id, p_window, since) AS u;
        WHEN 'session' THEN
            SELECT array_agg(u.stream), array_agg(u.window_start), array_agg(u.calls) INTO streams, starts, counts
            FROM llm_used_windows('session', p_id, first, last, p_workspace_id, p_window, since) AS u;
        WHEN 'operation' THEN
            SELECT array_agg(u.stream), array_agg(u.window_start), array_agg(u.calls) INTO streams, starts, counts
            FROM llm_used_windows('operation', p_id, first, last, p_workspace_id, p_window, since) AS u;
        WHEN 'all' THEN
            SELECT array_agg(u.stream), array_agg(u.window_start), array_agg(u.calls) INTO streams, starts, counts
            FROM llm_used_windows('all', p_id, first, last, p_workspace_id, p_window, since) AS u;
    END CASE;
    IF has_column_privilege('public.llm_windows', 'ledger_digest', 'SELECT') THEN
        RETURN QUERY
        SELECT
            used.stream, used.window_start, coalesce(w.state, 'open'), used.calls, w.ledger_events, w.rollup_events,
            w.ledger_calls, w.rollup_calls, w.ledger_digest, w.rollup_digest, coalesce(w.proven, false),
            w.compacted_at, w.differences
        FROM unnest(streams, starts, counts) AS used (stream, window_start, calls)
        LEFT JOIN public.llm_windows AS w ON w.stream = used.stream AND w.window_start = used.window_start
        ORDER BY used.window_start, used.stream;
    ELSE
        RETURN QUERY
        SELECT
            used.stream, used.window_start, coalesce(w.state, 'open'), used.calls, NULL::bigint, NULL::bigint,
            NULL::bigint, NULL::bigint, NULL::bytea, NULL::bytea, coalesce(w.proven, false), w.compacted_at,
            NULL::jsonb
        FROM unnest(streams, starts, counts) AS used (stream, window_start, calls)
        LEFT JOIN public.llm_windows AS w ON w.stream = used.stream AND w.window_start = used.window_start
        ORDER BY used.window_start, used.stream;
    END IF;
END
$$;
DROP FUNCTION llm_window_proof;

-- Only one of these branches is ever run: a comparison with a constant decides before a row is read.
CREATE OR REPLACE FUNCTION get_usage_adjustments(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS TABLE (
    reason text, state text, events bigint, calls bigint, prompt_tokens bigint, completion_tokens bigint
) LANGUAGE plpgsql STABLE PARALLEL SAFE
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    first CONSTANT timestamptz := coalesce(p_from, '-infinity');
    last CONSTANT timestamptz := coalesce(p_to, 'infinity');
BEGIN
    PERFORM llm_is_scope(p_scope, p_id, p_from, p_to, p_window);
    RETURN QUERY
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
    WHERE a.window_start >= first AND a.window_start < last
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    GROUP BY a.reason, a.state
    ORDER BY a.state, a.reason;
END
$$;
