-- The questions that are asked every day.

CREATE FUNCTION get_project_usage(
    p_project_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL, p_workspace_id text DEFAULT NULL,
    p_window interval DEFAULT llm_window_width()
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM get_usage('project', p_project_id, p_from, p_to, p_workspace_id, p_window);
END;
COMMENT ON FUNCTION get_project_usage IS 'get_usage for a project: one row a line of its bill';

CREATE FUNCTION get_session_usage(
    p_session_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL, p_workspace_id text DEFAULT NULL,
    p_window interval DEFAULT llm_window_width()
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM get_usage('session', p_session_id, p_from, p_to, p_workspace_id, p_window);
END;
COMMENT ON FUNCTION get_session_usage IS 'get_usage for a session: the same figures before and after compaction';

CREATE FUNCTION get_workspace_usage(
    p_workspace_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_window interval DEFAULT llm_window_width()
) RETURNS SETOF llm_usage_line LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM get_usage('workspace', p_workspace_id, p_from, p_to, NULL, p_window);
END;
COMMENT ON FUNCTION get_workspace_usage IS 'get_usage for a workspace, calls without a project included';
