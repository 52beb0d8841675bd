-- Corrections one by one, so that whatever changed an answer since it was given can be named.

CREATE FUNCTION get_usage_adjustment_list(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS TABLE (
    kind text, source_partition integer, source_offset bigint, reason text, state text, stream text,
    window_start timestamptz, event_id uuid, provider text, model text, response_model text, use_case text,
    events bigint, calls bigint, prompt_tokens bigint, completion_tokens bigint, recorded_at timestamptz
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        a.kind, a.source_partition, a.source_offset, a.reason, a.state, a.stream, a.window_start, a.event_id,
        a.provider, a.model, a.response_model, a.use_case, a.events,
        a.calls_success + a.calls_missing_usage + a.calls_timeout + a.calls_error,
        a.prompt_tokens, a.completion_tokens, a.recorded_at
    FROM (
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'project' AND project_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'workspace' AND workspace_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'collection' AND collection_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'template' AND template_id = p_id
        UNION ALL
        SELECT * FROM llm_counted_adjustments WHERE p_scope = 'all'
    ) AS a
    WHERE llm_is_scope(p_scope, p_id, p_from, p_to, p_window)
        AND a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
    ORDER BY a.kind, a.source_partition, a.source_offset, a.reason;
END;
COMMENT ON FUNCTION get_usage_adjustment_list IS
    'Each correction in get_usage of a project, workspace, collection, template or everybody, signed, named by the '
    'place of its event in the log, which no other event ever has. get_usage_adjustments sums them up.';
