DELETE FROM llm_usage_events WHERE source_offset = 1000;
