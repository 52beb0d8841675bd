-- The price in force, in three layers: as it was booked, with corrections, and with prices that are only supposed.

CREATE TYPE llm_supposed_price AS (
    book llm_book, provider text, model text, token_class llm_token_class, service_tier llm_tier, batch boolean,
    min_prompt_tokens llm_prompt_band, currency llm_currency, workspace_id text, effective tstzrange,
    price_per_one numeric
);
COMMENT ON TYPE llm_supposed_price IS 'a price for "what if": it stands in for the price of the same key and time';

CREATE FUNCTION llm_price_at(
    p_layer text, p_supposed llm_supposed_price[], p_book text, p_currency text, p_provider text, p_model text,
    p_token_class text, p_service_tier text, p_batch boolean, p_prompt_band integer, p_workspace_id text,
    p_at timestamptz
) RETURNS TABLE (price_per_one numeric) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.price_per_one
    FROM (
        SELECT
            book, currency, provider, model, token_class, service_tier, batch, min_prompt_tokens, workspace_id,
            effective, price_per_one, seed, 0 AS entered
        FROM llm_pricing
        UNION ALL
        SELECT
            book, currency, provider, model, token_class, service_tier, batch, min_prompt_tokens, workspace_id,
            effective, price_per_one, false, id
        FROM llm_cost_corrections
        WHERE p_layer <> 'booked'
        UNION ALL
        SELECT
            book, currency, provider, model, token_class, service_tier, batch, min_prompt_tokens, workspace_id,
            effective, price_per_one, false, 9223372036854775807
        FROM unnest(p_supposed)
        WHERE p_layer = 'supposed'
    ) AS p
    WHERE p.book = p_book AND p.currency = p_currency
        AND p.provider = p_provider AND p.model = p_model AND p.token_class = p_token_class
        AND p.service_tier IS NOT DISTINCT FROM llm_price_tier(p_service_tier) AND p.batch = p_batch
        AND p.min_prompt_tokens <= p_prompt_band
        AND (p.workspace_id IS NULL OR p.workspace_id = p_workspace_id)
        AND p.effective @> p_at
    ORDER BY p.workspace_id IS NULL, p.seed, p.min_prompt_tokens DESC, p.entered DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION llm_price_at IS
    'the price of one token, second, image or search in the window that starts then, if any: of a contract before a '
    'list, of yours before a seed, of the larger prompt size, of the latest correction. Layers: booked, corrected '
    '(with corrections), supposed (with those and p_supposed)';
