WITH cost AS (
    INSERT INTO llm_pricing (book, provider, model, token_class, unit, price, effective, source, why)
    VALUES ('cost', 'openai', 'gpt-4.1-nano', 'cache_write', 1, 1, '[2026-03-01Z,)', 'our own contract', 'a test')
)
INSERT INTO llm_cost_corrections (
    book, provider, model, token_class, currency, effective, unit, price, quantity, difference, by_workspace, source,
    why
) VALUES (
    'cost', 'openai', 'gpt-4.1-nano', 'input_text', 'USD', '[2026-03-02Z,2026-04-03Z)', 1, 4, 1, 1, '[]',
    'our own contract', 'a test'
);
