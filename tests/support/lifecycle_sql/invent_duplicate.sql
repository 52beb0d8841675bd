UPDATE llm_source_partitions SET duplicates = duplicates - 1, ticks = ticks + 1 WHERE kind = 'live' AND partition = 0;
