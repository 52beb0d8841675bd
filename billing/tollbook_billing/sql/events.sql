-- name: events
SELECT * FROM get_usage_events(
    %(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width()), %(where)s,
    %(limit)s, %(after)s
);
