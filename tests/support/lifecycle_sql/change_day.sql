UPDATE llm_daily_usage SET prompt_tokens = prompt_tokens + 1 WHERE project_id = 'p1';
