DELETE FROM llm_usage_partials WHERE source_partition = 0;
