-- Totals of windows that are not compacted.

-- name: copy_partials
COPY stage_partials ({partials}) FROM STDIN;

-- name: upsert_partials
INSERT INTO llm_usage_partials ({partials})
SELECT {partials} FROM stage_partials
ORDER BY stream, window_start, source_partition, key_digest
ON CONFLICT (stream, window_start, source_partition, key_digest)
DO UPDATE SET ({stated}) = ROW ({stated_excluded})
WHERE excluded.applied > llm_usage_partials.applied;
