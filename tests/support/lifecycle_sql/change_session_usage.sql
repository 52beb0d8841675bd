UPDATE llm_session_usage SET calls_success = calls_success + 1 WHERE session_id = 's1';
