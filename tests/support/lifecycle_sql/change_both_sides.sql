UPDATE llm_usage_events SET completion_tokens = completion_tokens + 1 WHERE source_partition = 0 AND source_offset = 0;
UPDATE llm_usage_rollups SET completion_tokens = completion_tokens + 1;
