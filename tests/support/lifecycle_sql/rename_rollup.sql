UPDATE llm_usage_rollups SET project_id = 'another';
