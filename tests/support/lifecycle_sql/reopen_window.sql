UPDATE llm_windows SET state = 'open';
