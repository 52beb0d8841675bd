DELETE FROM llm_dead_letters WHERE reason <> 'conflict';
