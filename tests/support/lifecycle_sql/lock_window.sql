SELECT state FROM llm_windows WHERE window_start = %(start)s FOR UPDATE;
