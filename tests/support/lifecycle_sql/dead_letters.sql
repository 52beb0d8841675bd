SELECT * FROM llm_dead_letters ORDER BY kind DESC, partition, "offset";
