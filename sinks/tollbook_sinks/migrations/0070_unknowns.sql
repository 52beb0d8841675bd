-- What is not known stands in every answer: whether a range can still grow, and calls without usage on an invoice.

CREATE FUNCTION get_range_state(p_from timestamptz, p_to timestamptz) RETURNS TABLE (
    is_over boolean, is_read boolean, windows_open bigint, windows_closed bigint, windows_disputed bigint,
    windows_compacted bigint, is_final boolean
) LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
BEGIN ATOMIC
    WITH window_state AS (
        SELECT
            count(*) FILTER (WHERE w.state = 'open') AS windows_open,
            count(*) FILTER (WHERE w.state = 'closed') AS windows_closed,
            count(*) FILTER (WHERE w.state = 'disputed') AS windows_disputed,
            count(*) FILTER (WHERE w.state = 'compacted') AS windows_compacted
        FROM llm_windows AS w
        WHERE w.window_start >= coalesce(p_from, '-infinity') AND w.window_start < coalesce(p_to, 'infinity')
    ),
    log AS (
        SELECT
            coalesce(p_to <= now(), false) AS is_over,
            p_to IS NOT NULL AND NOT EXISTS (
                SELECT FROM llm_source_partitions AS p
                WHERE p.kind = 'live' AND p.clock_ms < extract(epoch FROM p_to) * 1000
            ) AS is_read
    )
    SELECT
        log.is_over, log.is_read, s.windows_open, s.windows_closed, s.windows_disputed, s.windows_compacted,
        log.is_over AND log.is_read AND s.windows_open + s.windows_closed + s.windows_disputed = 0
    FROM window_state AS s CROSS JOIN log;
END;
COMMENT ON FUNCTION get_range_state IS
    'Whether a range is final: over, read past its end in every live partition of the log, and each of its windows, '
    'everybody''s, compacted. From then on only recorded corrections change an answer. Runs as the owner: windows are '
    'nobody''s in particular.';

-- As before, and calls that reported no usage are lines of their own too, because nobody knows what they cost.
CREATE OR REPLACE FUNCTION get_invoice_lines(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'sell', p_currency text DEFAULT 'USD'
) RETURNS TABLE (
    kind text, provider text, model text, token_class text, service_tier text, batch boolean, state text,
    quantity numeric, price_per_one numeric, exact numeric, amount numeric, currency text
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH part AS MATERIALIZED (
        SELECT * FROM llm_usage_parts(p_scope, p_id, p_from, p_to, p_workspace_id, p_window, '{}', NULL)
        WHERE llm_is_money(p_book, p_currency)
    ),
    charge AS MATERIALIZED (
        SELECT
            part.provider, coalesce(part.response_model, part.model) AS model,
            llm_price_tier(part.service_tier) AS service_tier, part.batch, part.state, charge.*
        FROM part CROSS JOIN LATERAL llm_part_charges(part, p_book, p_currency, NULL) AS charge
    ),
    item AS (
        SELECT
            'usage' AS kind, c.provider, c.model, c.token_class, c.service_tier, c.batch, c.state,
            c.quantity AS counted, c.price_per_one AS per_one, c.cost AS charged
        FROM charge AS c WHERE c.cost IS NOT NULL AND c.quantity <> 0
        UNION ALL
        SELECT
            'correction', c.provider, c.model, c.token_class, c.service_tier, c.batch, c.state,
            c.corrected_quantity, c.corrected_price_per_one, c.corrections
        FROM charge AS c WHERE c.corrections <> 0
        UNION ALL
        SELECT
            'unpriced', c.provider, c.model, c.token_class, c.service_tier, c.batch, c.state, c.unpriced, NULL, NULL
        FROM charge AS c WHERE c.unpriced IS NOT NULL
        UNION ALL
        SELECT
            'no_usage', p.provider, coalesce(p.response_model, p.model), 'calls', llm_price_tier(p.service_tier),
            p.batch, p.state,
            p.calls_success + p.calls_missing_usage + p.calls_timeout + p.calls_error - p.calls_with_usage, NULL, NULL
        FROM part AS p
    )
    SELECT
        i.kind, i.provider, i.model, i.token_class, i.service_tier, i.batch, i.state, trim_scale(sum(i.counted)),
        trim_scale(i.per_one), trim_scale(sum(i.charged)), llm_round_money(sum(i.charged), p_currency), p_currency
    FROM item AS i
    GROUP BY i.kind, i.provider, i.model, i.token_class, i.service_tier, i.batch, i.state, i.per_one
    HAVING i.kind <> 'no_usage' OR sum(i.counted) <> 0
    ORDER BY
        array_position(ARRAY['usage', 'correction', 'unpriced', 'no_usage'], i.kind), i.provider, i.model,
        i.token_class, i.service_tier NULLS FIRST, i.batch, i.state, i.per_one;
END;
COMMENT ON FUNCTION get_invoice_lines IS
    'What to write on an invoice: a line for each model, class, tier and price, exact and rounded; corrections of past '
    'prices are lines of their own. So are, with no amount, what has no price (unpriced) and calls that reported no '
    'usage (no_usage: the quantity counts calls). Lines that are provisional may change.';
