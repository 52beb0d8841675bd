-- What a part of usage is charged, class by class: as booked, what corrections add, and under supposed prices.

-- Classes that never overlap (tollbook_schemas.split). Reasoning is output text unless it has its own price.
CREATE FUNCTION llm_class_quantities(p_part llm_usage_part, p_reasoning_is_apart boolean)
RETURNS TABLE (token_class text, quantity numeric, calls numeric) LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT class.token_class, class.quantity, class.calls
    FROM (VALUES
        ('input_text', (p_part).prompt_tokens - (p_part).cached_prompt_tokens - (p_part).cache_write_tokens
            - (p_part).input_audio_tokens + (p_part).cached_audio_tokens
            - (p_part).input_image_tokens + (p_part).cached_image_tokens, (p_part).prompt_tokens_calls),
        ('cached_text', (p_part).cached_prompt_tokens - (p_part).cached_audio_tokens - (p_part).cached_image_tokens,
            (p_part).cached_prompt_tokens_calls),
        ('cached_audio', (p_part).cached_audio_tokens, (p_part).cached_audio_tokens_calls),
        ('cached_image', (p_part).cached_image_tokens, (p_part).cached_image_tokens_calls),
        ('cache_write', (p_part).cache_write_tokens, (p_part).cache_write_tokens_calls),
        ('input_audio', (p_part).input_audio_tokens - (p_part).cached_audio_tokens, (p_part).input_audio_tokens_calls),
        ('input_image', (p_part).input_image_tokens - (p_part).cached_image_tokens, (p_part).input_image_tokens_calls),
        ('output_text', (p_part).completion_tokens - (p_part).output_audio_tokens - (p_part).output_image_tokens
            - CASE WHEN p_reasoning_is_apart THEN (p_part).reasoning_tokens ELSE 0 END,
            (p_part).completion_tokens_calls),
        ('output_audio', (p_part).output_audio_tokens, (p_part).output_audio_tokens_calls),
        ('output_image', (p_part).output_image_tokens, (p_part).output_image_tokens_calls),
        ('reasoning', CASE WHEN p_reasoning_is_apart THEN (p_part).reasoning_tokens ELSE 0 END,
            CASE WHEN p_reasoning_is_apart THEN (p_part).reasoning_tokens_calls ELSE 0 END),
        ('input_audio_seconds', (p_part).input_audio_ms * 0.001, (p_part).input_audio_ms_calls),
        ('billable_audio_seconds', (p_part).billable_audio_ms * 0.001, (p_part).billable_audio_ms_calls),
        ('output_image_units', (p_part).output_images, (p_part).output_images_calls),
        ('web_search', (p_part).web_search_requests, (p_part).web_search_requests_calls)
    ) AS class (token_class, quantity, calls)
    WHERE class.quantity <> 0 OR class.calls <> 0;
END;
COMMENT ON FUNCTION llm_class_quantities IS 'the classes that some call of a part reported, in tokens, seconds or units';

-- With a plan that is kept for the length of a session: looking up prices takes less than planning how to.
CREATE FUNCTION llm_part_charges(
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
COMMENT ON FUNCTION llm_part_charges IS
    'What each class of a part costs: as booked, what corrections add (null: none concerns it), both, and under '
    'supposed prices, which stand over corrected ones. A null cost is unpriced, never free.';

CREATE TYPE llm_usage_charge AS (
    provider text, model text, response_model text, use_case text, state text,
    workspace_id text, project_id text, template_id text, collection_id text, environment text,
    service_tier text, batch boolean, prompt_band integer, window_start timestamptz,
    token_class text, book text, currency text,
    quantity numeric, price_per_one numeric, cost numeric,
    corrected_quantity numeric, corrected_price_per_one numeric, corrections numeric, total numeric, unpriced numeric
);
COMMENT ON TYPE llm_usage_charge IS 'what some usage of one class cost at one price';
COMMENT ON COLUMN llm_usage_charge.quantity IS 'tokens, seconds, images or searches';
COMMENT ON COLUMN llm_usage_charge.cost IS 'quantity times price_per_one, exact; null: no price was in force';
COMMENT ON COLUMN llm_usage_charge.corrections IS
    'what corrections of past prices add to cost, exact; null: no correction concerns it';
COMMENT ON COLUMN llm_usage_charge.total IS 'cost and corrections; null: unpriced';
COMMENT ON COLUMN llm_usage_charge.unpriced IS 'the quantity that has no price even with corrections; else null';

CREATE FUNCTION llm_is_money(p_book text, p_currency text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF p_book IS NULL OR p_book NOT IN ('cost', 'sell') THEN
        RAISE EXCEPTION 'the books are cost and sell, there is no book %', quote_nullable(p_book)
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_currency IS NULL OR p_currency !~ '^[A-Z]{3}$' THEN
        RAISE EXCEPTION 'a currency is three capital letters such as USD, not %', quote_nullable(p_currency)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION llm_is_money IS 'true, or the reason why not as error 22023';

CREATE FUNCTION get_usage_charges(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD', p_by text[] DEFAULT '{}'
) RETURNS SETOF llm_usage_charge LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH part AS MATERIALIZED (
        SELECT * FROM llm_usage_parts(p_scope, p_id, p_from, p_to, p_workspace_id, p_window, p_by, NULL)
        WHERE llm_is_money(p_book, p_currency)
    )
    SELECT
        part.provider, part.model, part.response_model, part.use_case, part.state,
        part.workspace_id, part.project_id, part.template_id, part.collection_id, part.environment,
        part.service_tier, part.batch, part.prompt_band, part.window_start,
        charge.token_class, p_book, p_currency, charge.quantity, charge.price_per_one, charge.cost,
        charge.corrected_quantity, charge.corrected_price_per_one, charge.corrections, charge.total, charge.unpriced
    FROM part CROSS JOIN LATERAL llm_part_charges(part, p_book, p_currency, NULL) AS charge;
END;
COMMENT ON FUNCTION get_usage_charges IS
    'The charges behind get_usage of the same arguments, class by class and price by price: their sums are its cost, '
    'corrections and unpriced. p_by names further keys to tell apart: project, template, collection, environment, '
    'window. Prices in another currency than p_currency are not looked at: what has only those is unpriced.';
