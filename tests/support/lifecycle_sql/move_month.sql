UPDATE llm_monthly_usage SET period_start = period_start + interval '1 month';
