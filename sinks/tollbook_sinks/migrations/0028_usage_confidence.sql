-- How far an answer can be trusted: the windows behind it with their proofs, and the corrections in it.

CREATE FUNCTION get_usage_windows(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS TABLE (
    stream text, window_start timestamptz, state text, calls bigint,
    ledger_events bigint, rollup_events bigint, ledger_calls bigint, rollup_calls bigint,
    ledger_digest bytea, rollup_digest bytea, proven boolean, compacted_at timestamptz, differences jsonb
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH used AS (
        SELECT
            r.stream, r.window_start,
            sum(r.calls_success + r.calls_missing_usage + r.calls_timeout + r.calls_error)::bigint AS calls
        FROM llm_usage_rows(p_scope, p_id, p_from, p_to, p_workspace_id, p_window) AS r
        WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window)
        GROUP BY r.stream, r.window_start
    )
    SELECT
        used.stream, used.window_start, coalesce(w.state, 'open'), used.calls,
        w.ledger_events, w.rollup_events, w.ledger_calls, w.rollup_calls, w.ledger_digest, w.rollup_digest,
        coalesce(
            w.state = 'compacted' AND w.ledger_digest = w.rollup_digest
            AND w.ledger_events = w.rollup_events AND w.ledger_calls = w.rollup_calls,
            false
        ),
        w.compacted_at, w.differences
    FROM used
    LEFT JOIN llm_windows AS w ON w.stream = used.stream AND w.window_start = used.window_start
    ORDER BY used.window_start, used.stream;
END;
COMMENT ON FUNCTION get_usage_windows IS
    'The windows behind get_usage of the same arguments. calls: the scope''s own, net. The proof (events, calls and '
    'digest of ledger and rollups, equal where proven) is of the whole window, all workspaces together.';

CREATE FUNCTION get_usage_adjustments(
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
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'session' AND session_id = p_id
    ) AS a
    WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window)
        AND a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    GROUP BY a.reason, a.state
    ORDER BY a.state, a.reason;
END;
COMMENT ON FUNCTION get_usage_adjustments IS
    'The corrections in get_usage of the same arguments, signed: duplicates and conflicts were taken back out of gross '
    'totals, late calls were added. A session''s totals never held its duplicates and conflicts: they only inform.';
