-- What usage would have cost under other prices.

CREATE FUNCTION llm_supposed_prices(p_prices jsonb, p_book text, p_currency text) RETURNS llm_supposed_price[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    incomplete jsonb;
    twice text;
    supposed llm_supposed_price[];
BEGIN
    IF jsonb_typeof(p_prices) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'supposed prices are a JSON array of objects' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT object INTO incomplete FROM jsonb_array_elements(p_prices) AS object
    WHERE object ->> 'provider' IS NULL OR object ->> 'model' IS NULL OR object ->> 'token_class' IS NULL
        OR object ->> 'unit' IS NULL OR object ->> 'price' IS NULL
    LIMIT 1;
    IF incomplete IS NOT NULL THEN
        RAISE EXCEPTION 'a supposed price needs provider, model, token_class, unit and price: %', incomplete
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT array_agg((
        coalesce(p.book, p_book), p.provider, p.model, p.token_class, p.service_tier, coalesce(p.batch, false),
        coalesce(p.min_prompt_tokens, 0), coalesce(p.currency, p_currency), p.workspace_id,
        tstzrange(p."from", p."to"), llm_price_per_one(p.price, p.unit)
    )::llm_supposed_price) INTO supposed
    FROM jsonb_to_recordset(p_prices) AS p (
        book llm_book, provider text, model text, token_class llm_token_class, service_tier llm_tier,
        batch boolean, min_prompt_tokens llm_prompt_band, currency llm_currency, workspace_id text, unit llm_price_unit,
        price llm_price, "from" timestamptz, "to" timestamptz
    );
    SELECT format('%s %s %s', one.provider, one.model, one.token_class) INTO twice
    FROM unnest(supposed) WITH ORDINALITY AS one
    JOIN unnest(supposed) WITH ORDINALITY AS two
        ON one.ordinality < two.ordinality AND one.effective && two.effective
        AND (one.book, one.provider, one.model, one.token_class, one.batch, one.min_prompt_tokens, one.currency)
            = (two.book, two.provider, two.model, two.token_class, two.batch, two.min_prompt_tokens, two.currency)
        AND one.service_tier IS NOT DISTINCT FROM two.service_tier
        AND one.workspace_id IS NOT DISTINCT FROM two.workspace_id
    LIMIT 1;
    IF twice IS NOT NULL THEN
        RAISE EXCEPTION 'two supposed prices at a time for %: leave one out', twice
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM llm_refuse_inside_window(p."from"), llm_refuse_inside_window(p."to")
    FROM jsonb_to_recordset(p_prices) AS p ("from" timestamptz, "to" timestamptz);
    RETURN coalesce(supposed, ARRAY[]::llm_supposed_price[]);
END
$$;
COMMENT ON FUNCTION llm_supposed_prices IS
    'Prices out of a JSON array of objects with provider, model, token_class, unit, price and, where they differ from '
    'the base price for everybody and all time, service_tier, batch, min_prompt_tokens, workspace_id, from, to, book, '
    'currency. 22023 or 23514 for one that could not be a price.';

CREATE FUNCTION get_usage_at_prices(
    p_prices jsonb, p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS TABLE (
    provider text, model text, response_model text, use_case text, state text, calls bigint,
    total numeric, unpriced jsonb, supposed numeric, supposed_unpriced jsonb, difference numeric, currency text
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH given AS MATERIALIZED (
        SELECT llm_supposed_prices(p_prices, p_book, p_currency) AS prices WHERE llm_is_money(p_book, p_currency)
    ),
    part AS MATERIALIZED (
        SELECT p.*
        FROM given CROSS JOIN LATERAL
            llm_usage_parts(p_scope, p_id, p_from, p_to, p_workspace_id, p_window, '{}', given.prices) AS p
    ),
    mine AS MATERIALIZED (
        SELECT part.part_number, coalesce(array_agg(one) FILTER (WHERE one.provider IS NOT NULL), '{}') AS prices
        FROM part CROSS JOIN given
        LEFT JOIN LATERAL unnest(given.prices) AS one
            ON one.provider = part.provider AND one.model = coalesce(part.response_model, part.model)
        GROUP BY part.part_number
    ),
    charge AS (
        SELECT
            part.provider, part.model, part.response_model, part.use_case, part.state, charge.token_class,
            sum(charge.total) AS total, trim_scale(sum(charge.unpriced)) AS unpriced,
            sum(charge.supposed_cost) AS supposed, trim_scale(sum(charge.supposed_unpriced)) AS supposed_unpriced
        FROM part JOIN mine USING (part_number)
        CROSS JOIN LATERAL llm_part_charges(part, p_book, p_currency, mine.prices) AS charge
        GROUP BY part.provider, part.model, part.response_model, part.use_case, part.state, charge.token_class
    ),
    bill AS (
        SELECT
            c.provider, c.model, c.response_model, c.use_case, c.state, trim_scale(sum(c.total)) AS total,
            coalesce(jsonb_object_agg(c.token_class, c.unpriced) FILTER (WHERE c.unpriced <> 0), '{}') AS unpriced,
            trim_scale(sum(c.supposed)) AS supposed,
            coalesce(
                jsonb_object_agg(c.token_class, c.supposed_unpriced) FILTER (WHERE c.supposed_unpriced <> 0), '{}'
            ) AS supposed_unpriced
        FROM charge AS c
        GROUP BY c.provider, c.model, c.response_model, c.use_case, c.state
    )
    SELECT
        u.provider, u.model, u.response_model, u.use_case, u.state,
        sum(u.calls_success + u.calls_missing_usage + u.calls_timeout + u.calls_error)::bigint,
        b.total, coalesce(b.unpriced, '{}'), b.supposed, coalesce(b.supposed_unpriced, '{}'),
        trim_scale(b.supposed - b.total), p_currency
    FROM part AS u
    LEFT JOIN bill AS b
        ON (b.provider, b.model, b.use_case, b.state) = (u.provider, u.model, u.use_case, u.state)
        AND b.response_model IS NOT DISTINCT FROM u.response_model
    GROUP BY
        u.provider, u.model, u.response_model, u.use_case, u.state, b.total, b.unpriced, b.supposed, b.supposed_unpriced
    HAVING sum(u.events) <> 0
    ORDER BY u.provider, u.model, u.response_model, u.use_case, u.state;
END;
COMMENT ON FUNCTION get_usage_at_prices IS
    'The lines of get_usage with what they would have cost if p_prices (see llm_supposed_prices) stood in for the '
    'prices of the same key and time. total: as owed, corrections included; difference: supposed minus total, null '
    'where either is unknown; what lacks a price is listed in unpriced and supposed_unpriced, and is in neither sum.';

CREATE FUNCTION get_supposed_differences(
    p_prices jsonb, p_from timestamptz, p_to timestamptz, p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS TABLE (workspace_id text, token_class text, quantity numeric, difference numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH given AS MATERIALIZED (SELECT llm_supposed_prices(p_prices, p_book, p_currency) AS prices),
    part AS MATERIALIZED (
        SELECT p.*
        FROM given CROSS JOIN LATERAL
            llm_usage_parts('all', NULL, p_from, p_to, NULL, llm_window_width(), '{}', given.prices) AS p
        WHERE (p.provider, coalesce(p.response_model, p.model)) IN (
            SELECT one.provider, one.model FROM unnest(given.prices) AS one
        )
    )
    SELECT
        part.workspace_id, charge.token_class, trim_scale(sum(charge.supposed_quantity)),
        trim_scale(sum(coalesce(charge.supposed_cost, 0) - coalesce(charge.total, 0)))
    FROM part CROSS JOIN given
    CROSS JOIN LATERAL llm_part_charges(part, p_book, p_currency, given.prices) AS charge
    WHERE charge.supposed_quantity IS DISTINCT FROM coalesce(charge.corrected_quantity, charge.quantity)
        OR charge.supposed_price_per_one IS DISTINCT FROM
            CASE WHEN charge.corrected_quantity IS NULL THEN charge.price_per_one ELSE charge.corrected_price_per_one END
    GROUP BY part.workspace_id, charge.token_class
    ORDER BY part.workspace_id, charge.token_class;
END;
COMMENT ON FUNCTION get_supposed_differences IS
    'what everybody''s usage in a range would cost more (or less) under p_prices, by workspace and class, where a '
    'price changes; what had no price counts in full';
