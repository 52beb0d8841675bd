-- name: clock
SELECT now(), llm_window_width();

-- name: lock
-- Two entries at once would each plan without the other. Released at the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('llm_pricing', 0));

-- name: rows
SELECT
    id, book, provider, model, token_class, service_tier, batch, min_prompt_tokens, currency, workspace_id,
    price, unit, price_per_one, starts, upper(effective) AS ends, isempty(effective) AS withdrawn, seed, source,
    created_at, created_by, why, ended_at, ended_by, ended_why
FROM llm_pricing
WHERE (%(book)s::text IS NULL OR book = %(book)s)
    AND (%(provider)s::text IS NULL OR provider = %(provider)s)
    AND (%(model)s::text IS NULL OR model = %(model)s)
    AND (%(token_class)s::text IS NULL OR token_class = %(token_class)s)
    AND (%(workspace)s::text IS NULL OR workspace_id = %(workspace)s)
    AND (%(at)s::timestamptz IS NULL OR effective @> %(at)s::timestamptz)
ORDER BY book, provider, model, token_class, currency, workspace_id NULLS FIRST, service_tier NULLS FIRST, batch,
    min_prompt_tokens, starts, id;

-- name: end_price
UPDATE llm_pricing
SET effective = effective * tstzrange(NULL, %(at)s), ended_why = %(why)s
WHERE id = %(id)s;

-- name: enter_price
INSERT INTO llm_pricing (
    book, provider, model, token_class, service_tier, batch, min_prompt_tokens, currency, workspace_id, unit, price,
    effective, source, seed, why
)
VALUES (
    %(book)s, %(provider)s, %(model)s, %(token_class)s, %(service_tier)s, %(batch)s, %(min_prompt_tokens)s,
    %(currency)s, %(workspace_id)s, %(unit)s, %(price)s, tstzrange(%(start)s, %(end)s), %(source)s, %(seed)s, %(why)s
);

-- name: corrections
SELECT
    id, book, provider, model, token_class, service_tier, batch, min_prompt_tokens, currency, workspace_id,
    lower(effective) AS starts, upper(effective) AS ends, old_price_per_one, price, unit, quantity, difference,
    by_workspace, source, why, created_at, created_by
FROM llm_cost_corrections
WHERE (%(provider)s::text IS NULL OR provider = %(provider)s)
    AND (%(model)s::text IS NULL OR model = %(model)s)
ORDER BY id;

-- name: correction_cuts
SELECT DISTINCT cut
FROM (
    SELECT effective, provider, model, token_class, book, currency FROM llm_pricing
    UNION ALL
    SELECT effective, provider, model, token_class, book, currency FROM llm_cost_corrections
) AS known CROSS JOIN LATERAL (VALUES (lower(effective)), (upper(effective))) AS bound (cut)
WHERE book = %(book)s AND provider = %(provider)s AND model = %(model)s AND token_class = %(token_class)s
    AND currency = %(currency)s AND cut > %(start)s AND cut < %(end)s
ORDER BY cut;

-- name: price_before
SELECT price_per_one
FROM llm_price_at(
    'corrected', NULL, %(book)s, %(currency)s, %(provider)s, %(model)s, %(token_class)s, %(service_tier)s, %(batch)s,
    %(min_prompt_tokens)s, %(workspace_id)s, %(start)s
);

-- name: correction_effect
SELECT workspace_id, token_class, quantity, difference
FROM get_supposed_differences(%(prices)s, %(start)s, %(end)s, %(book)s, %(currency)s);

-- name: enter_correction
INSERT INTO llm_cost_corrections (
    book, provider, model, token_class, service_tier, batch, min_prompt_tokens, currency, workspace_id, effective,
    old_price_per_one, unit, price, quantity, difference, by_workspace, source, why
)
VALUES (
    %(book)s, %(provider)s, %(model)s, %(token_class)s, %(service_tier)s, %(batch)s, %(min_prompt_tokens)s,
    %(currency)s, %(workspace_id)s, tstzrange(%(start)s, %(end)s), %(old)s, %(unit)s, %(price)s, %(quantity)s,
    %(difference)s, %(by_workspace)s, %(source)s, %(why)s
)
RETURNING id;
