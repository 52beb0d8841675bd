INSERT INTO llm_usage_events SELECT * FROM removed_ledger_rows;
