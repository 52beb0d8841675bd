INSERT INTO llm_pricing (book, provider, model, token_class, unit, price, effective, source, why)
VALUES ('sell', 'openai', 'gpt-4.1-nano', 'input_text', 1, 2, '[2026-04-01Z,)', 'the list', 'a test');
