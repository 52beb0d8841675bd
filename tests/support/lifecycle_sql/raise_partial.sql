UPDATE llm_usage_partials SET prompt_tokens = prompt_tokens + %(by)s WHERE source_partition = 0;
