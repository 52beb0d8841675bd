-- Ledger rows, what corrects the totals, dead letters. The lists of columns are put in by the loader.

-- name: ensure_ledger_day
SELECT ensure_ledger_day(%(day)s);

-- name: copy_events
COPY stage_events ({ledger}) FROM STDIN (FORMAT binary);

-- name: event_types
SELECT {ledger} FROM stage_events LIMIT 0;

-- name: insert_events
-- In the order of ids, so that two sinks never wait for each other in a circle; of equal ids the first in the log.
-- Answers with those that the ledger did not take.
WITH taken AS (
    INSERT INTO llm_usage_events ({ledger})
    SELECT {ledger} FROM stage_events
    ORDER BY id, stream <> 'live', source_partition, source_offset
    ON CONFLICT (id, created_at) DO NOTHING
    RETURNING stream, source_partition, source_offset
)
SELECT stream = 'live', source_partition, source_offset, id, created_at
FROM stage_events
WHERE NOT EXISTS (
    SELECT FROM taken
    WHERE taken.stream = stage_events.stream
      AND taken.source_partition = stage_events.source_partition
      AND taken.source_offset = stage_events.source_offset
);

-- name: first_digests
-- The limit keeps this a look-up by index, in one day for each id.
SELECT wanted.id, first.content_digest
FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS wanted (id, created_at)
CROSS JOIN LATERAL (
    SELECT content_digest FROM llm_usage_events
    WHERE llm_usage_events.id = wanted.id AND llm_usage_events.created_at = wanted.created_at
    LIMIT 1
) AS first;

-- name: copy_adjustments
COPY llm_usage_adjustments ({adjustments}) FROM STDIN;

-- name: copy_dead_letters
COPY llm_dead_letters (
    kind, partition, "offset", reason, detail, event_id, key, value, headers, appended_at
) FROM STDIN;
