DELETE FROM llm_monthly_usage;
