-- A few prices to start from, valid from long ago so that imported usage is priced. Nothing here is an authority:
-- `list` rows are the providers' list prices in USD, standard tier, as genai-prices 0.2.3 (pydantic) states them, and
-- only what it states outright (no modality falls back to the text price); the `example` is made up.
-- They cannot tell what was charged before the list was read: enter your own prices for earlier or later ranges.

INSERT INTO llm_pricing (book, provider, model, token_class, min_prompt_tokens, unit, price, effective, source)
SELECT
    'cost', seed.provider, seed.model, seed.token_class, seed.min_prompt_tokens, seed.unit, seed.price,
    tstzrange(seed.valid_from::timestamp AT TIME ZONE 'UTC', NULL),
    CASE seed.kind
        WHEN 'list' THEN 'seed: list price, from genai-prices 0.2.3'
        ELSE 'seed: EXAMPLE price, made up for the Azure LLM trace 2023; no provider charges it'
    END
FROM (VALUES
    ('openai', 'gpt-4.1', 'input_text', 0, 1000000, 2, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1', 'cached_text', 0, 1000000, 0.5, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1', 'output_text', 0, 1000000, 8, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1', 'web_search', 0, 1000, 10, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-2025-04-14', 'input_text', 0, 1000000, 2, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-2025-04-14', 'cached_text', 0, 1000000, 0.5, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-2025-04-14', 'output_text', 0, 1000000, 8, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-2025-04-14', 'web_search', 0, 1000, 10, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini', 'input_text', 0, 1000000, 0.4, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini', 'cached_text', 0, 1000000, 0.1, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini', 'output_text', 0, 1000000, 1.6, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini', 'web_search', 0, 1000, 10, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini-2025-04-14', 'input_text', 0, 1000000, 0.4, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini-2025-04-14', 'cached_text', 0, 1000000, 0.1, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini-2025-04-14', 'output_text', 0, 1000000, 1.6, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-mini-2025-04-14', 'web_search', 0, 1000, 10, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-nano', 'input_text', 0, 1000000, 0.1, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-nano', 'cached_text', 0, 1000000, 0.025, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-nano', 'output_text', 0, 1000000, 0.4, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-nano-2025-04-14', 'input_text', 0, 1000000, 0.1, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-nano-2025-04-14', 'cached_text', 0, 1000000, 0.025, '2020-01-01', 'list'),
    ('openai', 'gpt-4.1-nano-2025-04-14', 'output_text', 0, 1000000, 0.4, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini', 'input_text', 0, 1000000, 0.15, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini', 'cached_text', 0, 1000000, 0.075, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini', 'output_text', 0, 1000000, 0.6, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini', 'web_search', 0, 1000, 10, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini-2024-07-18', 'input_text', 0, 1000000, 0.15, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini-2024-07-18', 'cached_text', 0, 1000000, 0.075, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini-2024-07-18', 'output_text', 0, 1000000, 0.6, '2020-01-01', 'list'),
    ('openai', 'gpt-4o-mini-2024-07-18', 'web_search', 0, 1000, 10, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-flash', 'input_text', 0, 1000000, 0.3, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-flash', 'cached_text', 0, 1000000, 0.03, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-flash', 'input_audio', 0, 1000000, 1, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-flash', 'cached_audio', 0, 1000000, 0.1, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-flash', 'output_text', 0, 1000000, 2.5, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-flash', 'web_search', 0, 1000, 35, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-pro', 'input_text', 0, 1000000, 1.25, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-pro', 'cached_text', 0, 1000000, 0.125, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-pro', 'output_text', 0, 1000000, 10, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-pro', 'web_search', 0, 1000, 35, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-pro', 'input_text', 200000, 1000000, 2.5, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-pro', 'cached_text', 200000, 1000000, 0.25, '2020-01-01', 'list'),
    ('gemini', 'gemini-2.5-pro', 'output_text', 200000, 1000000, 15, '2020-01-01', 'list'),
    ('gemini', 'gemini-3-pro-preview', 'input_text', 0, 1000000, 2, '2020-01-01', 'list'),
    ('gemini', 'gemini-3-pro-preview', 'cached_text', 0, 1000000, 0.2, '2020-01-01', 'list'),
    ('gemini', 'gemini-3-pro-preview', 'output_text', 0, 1000000, 12, '2020-01-01', 'list'),
    ('gemini', 'gemini-3-pro-preview', 'input_text', 200000, 1000000, 4, '2020-01-01', 'list'),
    ('gemini', 'gemini-3-pro-preview', 'cached_text', 200000, 1000000, 0.4, '2020-01-01', 'list'),
    ('gemini', 'gemini-3-pro-preview', 'output_text', 200000, 1000000, 18, '2020-01-01', 'list'),
    ('gemini', 'gemini-3-pro-preview', 'web_search', 0, 1000, 14, '2026-01-05', 'list'),
    ('azure', 'azure-llm-2023', 'input_text', 0, 1000000, 2.5, '2020-01-01', 'example'),
    ('azure', 'azure-llm-2023', 'output_text', 0, 1000000, 10, '2020-01-01', 'example')
) AS seed (provider, model, token_class, min_prompt_tokens, unit, price, valid_from, kind)
ON CONFLICT DO NOTHING;
