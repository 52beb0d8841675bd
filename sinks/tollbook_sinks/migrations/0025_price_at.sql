-- The price in force: for a model as it answered, a class, a tier, a prompt size, a workspace and a time.

CREATE FUNCTION llm_price_tier(p_service_tier text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_service_tier IN ('default', 'standard', 'auto') THEN NULL ELSE p_service_tier END;
COMMENT ON FUNCTION llm_price_tier IS 'an event''s service tier as llm_pricing names it: null for the standard tier';

CREATE FUNCTION llm_price_at(
    p_provider text, p_model text, p_token_class text, p_service_tier text, p_batch boolean, p_prompt_band integer,
    p_workspace_id text, p_at timestamptz
) RETURNS TABLE (price_per_one numeric) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.price_per_one FROM llm_pricing AS p
    WHERE p.book = 'cost' AND p.currency = 'USD'
        AND p.provider = p_provider AND p.model = p_model AND p.token_class = p_token_class
        AND p.service_tier IS NOT DISTINCT FROM llm_price_tier(p_service_tier) AND p.batch = p_batch
        AND p.min_prompt_tokens <= p_prompt_band
        AND (p.workspace_id IS NULL OR p.workspace_id = p_workspace_id)
        AND p.effective @> p_at
    ORDER BY p.workspace_id IS NULL, p.min_prompt_tokens DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION llm_price_at IS
    'the provider''s price in USD of one token, second, image or search in the window that starts then, if any';

