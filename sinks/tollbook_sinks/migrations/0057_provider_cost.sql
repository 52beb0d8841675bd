-- What providers say they charged, beside what our prices make of the same calls.

CREATE FUNCTION get_provider_cost_differences(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width()
) RETURNS TABLE (
    provider text, model text, response_model text,
    calls_reported bigint, provider_cost_usd numeric,
    calls_compared bigint, compared_provider_cost_usd numeric, compared_cost_usd numeric, difference_usd numeric,
    calls_unpriced bigint, calls_mixed bigint
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    -- By window, because sums can be compared only where all of their calls report.
    WITH part AS MATERIALIZED (
        SELECT *
        FROM llm_usage_parts(p_scope, p_id, p_from, p_to, p_workspace_id, p_window, '{window}', NULL) AS p
        WHERE p.provider_cost_e10_calls <> 0
    ),
    beside AS (
        SELECT
            part.provider, part.model, part.response_model, part.provider_cost_e10_calls AS calls,
            part.provider_cost_e10 * 0.0000000001 AS charged, ours.total,
            CASE
                WHEN part.provider_cost_e10_calls <> part.calls_with_usage THEN 'mixed'
                WHEN ours.is_unpriced THEN 'unpriced'
                ELSE 'compared'
            END AS verdict
        FROM part
        LEFT JOIN LATERAL (
            SELECT sum(charge.total) AS total, coalesce(bool_or(charge.unpriced IS NOT NULL), true) AS is_unpriced
            FROM llm_part_charges(part, 'cost', 'USD', NULL) AS charge
        ) AS ours ON true
    )
    SELECT
        b.provider, b.model, b.response_model, sum(b.calls)::bigint, trim_scale(sum(b.charged)),
        coalesce(sum(b.calls) FILTER (WHERE b.verdict = 'compared'), 0)::bigint,
        trim_scale(sum(b.charged) FILTER (WHERE b.verdict = 'compared')),
        trim_scale(sum(b.total) FILTER (WHERE b.verdict = 'compared')),
        trim_scale(sum(b.charged - b.total) FILTER (WHERE b.verdict = 'compared')),
        coalesce(sum(b.calls) FILTER (WHERE b.verdict = 'unpriced'), 0)::bigint,
        coalesce(sum(b.calls) FILTER (WHERE b.verdict = 'mixed'), 0)::bigint
    FROM beside AS b
    GROUP BY b.provider, b.model, b.response_model
    ORDER BY b.provider, b.model, b.response_model;
END;
COMMENT ON FUNCTION get_provider_cost_differences IS
    'For models whose provider reports its own charge: that charge, and the difference (theirs minus ours, corrections '
    'included) over the calls that can be compared. The others are counted: unpriced (our price list lacks something '
    'they used), mixed (in one window with calls that report no charge). Null, never zero, where nothing compares.';
