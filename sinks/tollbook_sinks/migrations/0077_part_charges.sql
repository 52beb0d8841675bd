-- The same charges, with a plan that is kept for the length of a session: looking up prices takes less than planning
-- how to.

CREATE OR REPLACE FUNCTION llm_part_charges(
    p_part llm_usage_part, p_book text, p_currency text, p_supposed llm_supposed_price[]
) RETURNS TABLE (
    token_class text, quantity numeric, price_per_one numeric, cost numeric,
    corrected_quantity numeric, corrected_price_per_one numeric, corrections numeric, total numeric, unpriced numeric,
    supposed_quantity numeric, supposed_price_per_one numeric, supposed_cost numeric, supposed_unpriced numeric
) LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH priced AS (
        SELECT
            class.token_class,
            sum(class.quantity) FILTER (WHERE layer.name = 'booked') AS quantity,
            max(price.price_per_one) FILTER (WHERE layer.name = 'booked') AS price_per_one,
            sum(class.quantity) FILTER (WHERE layer.name = 'corrected') AS corrected_quantity,
            max(price.price_per_one) FILTER (WHERE layer.name = 'corrected') AS corrected_price_per_one,
            sum(class.quantity) FILTER (WHERE layer.name = 'supposed') AS supposed_quantity,
            max(price.price_per_one) FILTER (WHERE layer.name = 'supposed') AS supposed_price_per_one
        FROM (VALUES ('booked'), ('corrected'), ('supposed')) AS layer (name)
        LEFT JOIN LATERAL llm_price_at(
            layer.name, p_supposed, p_book, p_currency, (p_part).provider,
            coalesce((p_part).response_model, (p_part).model), 'reasoning', (p_part).service_tier, (p_part).batch,
            (p_part).prompt_band, (p_part).workspace_id, (p_part).priced_at
        ) AS own ON true
        CROSS JOIN LATERAL llm_class_quantities(p_part, own.price_per_one IS NOT NULL) AS class
        LEFT JOIN LATERAL llm_price_at(
            layer.name, p_supposed, p_book, p_currency, (p_part).provider,
            coalesce((p_part).response_model, (p_part).model), class.token_class, (p_part).service_tier, (p_part).batch,
            (p_part).prompt_band, (p_part).workspace_id, (p_part).priced_at
        ) AS price ON true
        WHERE layer.name = 'booked'
            OR layer.name = 'corrected' AND EXISTS (SELECT FROM llm_cost_corrections)
            OR layer.name = 'supposed' AND p_supposed IS NOT NULL
        GROUP BY class.token_class
    )
    SELECT
        token_class, quantity, price_per_one, quantity * price_per_one,
        corrected_quantity, corrected_price_per_one,
        CASE
            WHEN corrected_price_per_one IS DISTINCT FROM price_per_one
                OR corrected_quantity IS DISTINCT FROM quantity AND corrected_price_per_one IS NOT NULL
            THEN corrected_quantity * corrected_price_per_one - coalesce(quantity * price_per_one, 0)
        END,
        CASE
            WHEN corrected_quantity IS NULL THEN quantity * price_per_one
            ELSE corrected_quantity * corrected_price_per_one
        END,
        CASE
            WHEN corrected_quantity IS NULL AND price_per_one IS NULL THEN nullif(quantity, 0)
            WHEN corrected_price_per_one IS NULL THEN nullif(corrected_quantity, 0)
        END,
        supposed_quantity, supposed_price_per_one, supposed_quantity * supposed_price_per_one,
        CASE WHEN supposed_price_per_one IS NULL THEN nullif(supposed_quantity, 0) END
    FROM priced;
END
$$;
