DELETE FROM llm_usage_adjustments WHERE reason = 'late';
