-- name: lines
SELECT * FROM get_usage(
    %(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width()), %(book)s,
    %(currency)s, %(by)s, %(zone)s
);

-- name: windows
SELECT * FROM get_usage_windows(%(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width()));

-- name: adjustments
SELECT * FROM get_usage_adjustments(%(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width()));

-- name: extent
SELECT * FROM get_record_extent(%(start)s, %(end)s, coalesce(%(window)s::interval, llm_window_width()));
