-- Money as it is written on an invoice: rounded once, a line at a time.

CREATE FUNCTION llm_round_money(p_amount numeric, p_currency text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN round(p_amount, CASE
    WHEN p_currency IN (
        'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF',
        'XPF'
    ) THEN 0
    WHEN p_currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMN', 'TND') THEN 3
    WHEN p_currency IN ('CLF', 'UYW') THEN 4
    ELSE 2
END);
COMMENT ON FUNCTION llm_round_money IS
    'Rounds to the currency''s minor unit (ISO 4217; two decimals where it is not known to differ), halves away from '
    'zero. For invoice lines and nothing before them: an invoice''s total is the sum of its rounded lines.';

-- Calls that reported no usage are lines of their own too, because nobody knows what they cost.
CREATE FUNCTION get_invoice_lines(
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
