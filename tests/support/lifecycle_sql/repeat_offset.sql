CREATE TEMPORARY TABLE copied AS SELECT * FROM llm_usage_events WHERE source_partition = 0 AND source_offset = 0;
UPDATE copied SET id = overlay(id::text PLACING 'ffffffffffff' FROM 25)::uuid;
INSERT INTO llm_usage_events SELECT * FROM copied;
DROP TABLE copied;
