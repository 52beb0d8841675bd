DELETE FROM llm_operation_usage;
