UPDATE llm_usage_rollups SET completion_tokens = completion_tokens + 1 WHERE stream = 'live';
