-- name: lines
SELECT * FROM get_usage(
    %(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, llm_window_width(), %(book)s, %(currency)s,
    %(by)s, %(zone)s
);

-- name: windows
SELECT stream, window_start, state, calls, proven, ledger_digest, rollup_digest
FROM get_usage_windows(%(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, llm_window_width());

-- name: adjustments
SELECT (window_start AT TIME ZONE %(zone)s)::date AS period, *
FROM get_usage_adjustment_list(%(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, llm_window_width());

-- name: prices
-- Every price that could have priced the usage, as far as it reaches into the range.
WITH used AS MATERIALIZED (
    SELECT DISTINCT u.provider, coalesce(u.response_model, u.model) AS model, u.workspace_id
    FROM llm_usage_rows(%(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, llm_window_width()) AS u
)
SELECT
    p.id, p.provider, p.model, p.token_class, p.service_tier, p.batch, p.min_prompt_tokens, p.workspace_id,
    trim_scale(p.price_per_one) AS price_per_one, p.seed,
    greatest(lower(p.effective), %(start)s) AS starts, least(upper(p.effective), %(end)s) AS ends
FROM llm_pricing AS p
WHERE p.book = %(book)s AND p.currency = %(currency)s AND p.effective && tstzrange(%(start)s, %(end)s)
    AND EXISTS (
        SELECT FROM used AS u
        WHERE u.provider = p.provider AND u.model = p.model
            AND (p.workspace_id IS NULL OR p.workspace_id = u.workspace_id)
    )
ORDER BY p.id;

-- name: price_corrections
WITH used AS MATERIALIZED (
    SELECT DISTINCT u.provider, coalesce(u.response_model, u.model) AS model, u.workspace_id
    FROM llm_usage_rows(%(scope)s, %(id)s, %(start)s, %(end)s, %(workspace)s, llm_window_width()) AS u
)
SELECT
    c.id, c.provider, c.model, c.token_class, c.service_tier, c.batch, c.min_prompt_tokens, c.workspace_id,
    trim_scale(c.price_per_one) AS price_per_one, lower(c.effective) AS starts, upper(c.effective) AS ends, c.created_at
FROM llm_cost_corrections AS c
WHERE c.book = %(book)s AND c.currency = %(currency)s AND c.effective && tstzrange(%(start)s, %(end)s)
    AND EXISTS (
        SELECT FROM used AS u
        WHERE u.provider = c.provider AND u.model = c.model
            AND (c.workspace_id IS NULL OR c.workspace_id = u.workspace_id)
    )
ORDER BY c.id;

-- name: state
SELECT * FROM get_range_state(%(start)s, %(end)s);
