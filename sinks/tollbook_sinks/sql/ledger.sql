-- Ledger rows, what corrects the totals, dead letters. The lists of columns are put in by the loader.

-- name: open_ledger_day
SELECT open_ledger_day(%(day)s);

-- name: event_types
SELECT {ledger} FROM llm_usage_events LIMIT 0;

-- name: first_digests
-- The limit keeps this a look-up by index, in one day for each id.
SELECT wanted.id, first.content_digest
FROM unnest(%(ids)s::uuid[], %(times_ms)s::bigint[]) AS wanted (id, created_ms)
CROSS JOIN LATERAL (
    SELECT content_digest FROM llm_usage_events
    WHERE llm_usage_events.id = wanted.id
      AND llm_usage_events.created_at = timestamptz 'epoch' + wanted.created_ms * interval '1 millisecond'
    LIMIT 1
) AS first;

-- name: copy_adjustments
COPY stage_adjustments ({adjustments}) FROM STDIN;

-- name: insert_adjustments
INSERT INTO llm_usage_adjustments ({adjustments}) SELECT {adjustments} FROM stage_adjustments;

-- name: copy_dead_letters
COPY llm_dead_letters (
    kind, partition, "offset", reason, detail, event_id, key, value, headers, appended_at
) FROM STDIN;
