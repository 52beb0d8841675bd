CREATE TABLE removed_ledger_rows (LIKE llm_usage_events);
