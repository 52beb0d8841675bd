UPDATE llm_usage_adjustments SET prompt_tokens = prompt_tokens + 1 WHERE reason = 'late';
