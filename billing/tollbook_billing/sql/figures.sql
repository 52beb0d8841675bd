-- name: session
SELECT * FROM get_session_figures(
    %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width()), %(book)s,
    %(currency)s
);

-- name: refresh
SELECT * FROM get_refresh_figures(
    %(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width()), %(book)s,
    %(currency)s
);
