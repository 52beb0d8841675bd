UPDATE llm_daily_usage SET project_id = 'another' WHERE project_id = 'p1';
