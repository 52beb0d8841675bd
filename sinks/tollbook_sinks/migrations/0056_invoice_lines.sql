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

CREATE FUNCTION get_invoice_lines(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'sell', p_currency text DEFAULT 'USD'
) RETURNS TABLE (
    kind text, provider text, model text, token_class text, service_tier text, batch boolean, state text,
    quantity numeric, price_per_one numeric, exact numeric, amount numeric, currency text
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH charge AS MATERIALIZED (
        SELECT * FROM get_usage_charges(p_scope, p_id, p_from, p_to, p_workspace_id, p_window, p_book, p_currency)
    ),
    item AS (
        SELECT 'usage' AS kind, c.*, c.quantity AS counted, c.price_per_one AS per_one, c.cost AS charged
        FROM charge AS c WHERE c.cost IS NOT NULL AND c.quantity <> 0
        UNION ALL
        SELECT 'correction', c.*, c.corrected_quantity, c.corrected_price_per_one, c.corrections
        FROM charge AS c WHERE c.corrections <> 0
        UNION ALL
        SELECT 'unpriced', c.*, c.unpriced, NULL, NULL
        FROM charge AS c WHERE c.unpriced IS NOT NULL
    )
    SELECT
        i.kind, i.provider, coalesce(i.response_model, i.model), i.token_class, llm_price_tier(i.service_tier), i.batch,
        i.state, trim_scale(sum(i.counted)), trim_scale(i.per_one), trim_scale(sum(i.charged)),
        llm_round_money(sum(i.charged), i.currency), i.currency
    FROM item AS i
    GROUP BY
        i.kind, i.provider, coalesce(i.response_model, i.model), i.token_class, llm_price_tier(i.service_tier), i.batch,
        i.state, i.per_one, i.currency
    ORDER BY
        array_position(ARRAY['usage', 'correction', 'unpriced'], i.kind), i.provider,
        coalesce(i.response_model, i.model), i.token_class, llm_price_tier(i.service_tier) NULLS FIRST, i.batch,
        i.state, i.per_one;
END;
COMMENT ON FUNCTION get_invoice_lines IS
    'What to write on an invoice: a line for each model, class, tier and price, exact and rounded; corrections of past '
    'prices are lines of their own, and so is what has no price, with no amount. Lines that are provisional may change.';
