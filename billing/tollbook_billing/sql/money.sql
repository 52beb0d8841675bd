-- name: invoice
SELECT * FROM get_invoice_lines(
    %(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width()), %(book)s,
    %(currency)s
);

-- name: provider_differences
SELECT * FROM get_provider_cost_differences(
    %(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, coalesce(%(window)s::interval, llm_window_width())
);

-- name: at_prices
SELECT * FROM get_usage_at_prices(
    %(prices)s, %(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s,
    coalesce(%(window)s::interval, llm_window_width()), %(book)s, %(currency)s
);
