SELECT * FROM llm_expired_days ORDER BY day;
