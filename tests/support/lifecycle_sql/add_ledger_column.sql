ALTER TABLE llm_usage_events ADD COLUMN added_later text DEFAULT 'of old';
