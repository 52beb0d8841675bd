-- A window's proof is of all workspaces together, and its differences name them: a tenant is told that its windows are
-- proven, and how much was in them is not for it to know.

ALTER TABLE llm_windows ADD COLUMN proven boolean NOT NULL GENERATED ALWAYS AS (
    state = 'compacted' AND coalesce(
        ledger_digest = rollup_digest AND ledger_events = rollup_events AND ledger_calls = rollup_calls, false
    )
) STORED;
COMMENT ON COLUMN llm_windows.proven IS 'compacted, and ledger and rollups were equal in events, calls and digest';

CREATE FUNCTION llm_window_proof(p_stream text, p_window_start timestamptz) RETURNS TABLE (
    ledger_events bigint, rollup_events bigint, ledger_calls bigint, rollup_calls bigint,
    ledger_digest bytea, rollup_digest bytea, differences jsonb
) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF has_column_privilege('public.llm_windows', 'ledger_digest', 'SELECT') THEN
        RETURN QUERY
        SELECT
            w.ledger_events, w.rollup_events, w.ledger_calls, w.rollup_calls, w.ledger_digest, w.rollup_digest,
            w.differences
        FROM public.llm_windows AS w
        WHERE w.stream = p_stream AND w.window_start = p_window_start;
    END IF;
END
$$;
COMMENT ON FUNCTION llm_window_proof IS 'the figures of a window''s proof; no row for whoever may not read them';

CREATE OR REPLACE FUNCTION get_usage_windows(
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
        proof.ledger_events, proof.rollup_events, proof.ledger_calls, proof.rollup_calls,
        proof.ledger_digest, proof.rollup_digest, coalesce(w.proven, false), w.compacted_at, proof.differences
    FROM used
    LEFT JOIN llm_windows AS w ON w.stream = used.stream AND w.window_start = used.window_start
    LEFT JOIN LATERAL llm_window_proof(used.stream, used.window_start) AS proof ON true
    ORDER BY used.window_start, used.stream;
END;
COMMENT ON FUNCTION get_usage_windows IS
    'The windows behind get_usage of the same arguments. calls: the scope''s own, net. The proof (events, calls and '
    'digest of ledger and rollups, equal where proven) is of the whole window, all workspaces together; a tenant is '
    'told only whether it is proven.';
