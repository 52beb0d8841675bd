SELECT * FROM llm_windows ORDER BY stream, window_start;
