WITH contract AS (
    INSERT INTO llm_pricing (book, provider, model, token_class, unit, price, effective, workspace_id, source, why)
    VALUES (
        'sell', 'openai', 'gpt-4.1-nano', 'output_text', 1, 3,
        tstzrange(timestamptz '2026-04-01Z' + right({workspace}, 1)::integer * interval '1 hour', NULL), {workspace},
        'the contract of ' || {workspace}, 'a test'
    )
)
INSERT INTO llm_cost_corrections (
    book, provider, model, token_class, currency, workspace_id, effective, unit, price, quantity, difference,
    by_workspace, source, why
) VALUES (
    'sell', 'openai', 'gpt-4.1-nano', 'output_text', 'USD', {workspace}, '[2026-04-02 12:00Z,2026-04-02 13:00Z)', 1, 4,
    1, 1, '[]', 'the contract of ' || {workspace}, 'a test'
);
