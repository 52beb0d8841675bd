UPDATE llm_monthly_usage SET latency_ms_calls = latency_ms_calls + 1 WHERE project_id = 'p1';
