ALTER TABLE llm_usage_events ADD COLUMN somewhere point;
