DELETE FROM llm_windows;
