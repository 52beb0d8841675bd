ALTER TABLE llm_source_partitions DROP CONSTRAINT llm_source_partitions_every_offset_accounted_for;
UPDATE llm_source_partitions SET ticks = ticks + 1 WHERE kind = 'live' AND partition = 1;
