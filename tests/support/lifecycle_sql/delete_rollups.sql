DELETE FROM llm_usage_rollups;
