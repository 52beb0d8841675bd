-- Dead letters and what was decided of them. The parts in braces are of dead_letter_parts.sql.

-- name: letters
-- The newest first.
SELECT letter.kind, letter.partition, letter."offset", letter.reason, letter.detail, letter.event_id, letter.key,
       letter.value, letter.headers, letter.appended_at, {state} AS state, fate.import_id, fate.who AS decided_by,
       fate.at AS decided_at, fate.why
  FROM {with_fate}
 WHERE {choice} AND (%(state)s::text IS NULL OR {state} = %(state)s)
 ORDER BY letter.appended_at DESC, letter.kind, letter.partition, letter."offset" DESC
 LIMIT %(limit)s;

-- name: counts
SELECT letter.reason, {state} AS state, count(*), min(letter.appended_at) AS first_at, max(letter.appended_at) AS last_at
  FROM {with_fate}
 WHERE {choice} AND (%(state)s::text IS NULL OR {state} = %(state)s)
 GROUP BY 1, 2
 ORDER BY 1, 2;

-- name: undecided
-- Some of them, in the order of the log, behind a place.
SELECT letter.kind, letter.partition, letter."offset", letter.value
  FROM llm_dead_letters AS letter
 WHERE (letter.kind, letter.partition, letter."offset") > (%(after_kind)s, %(after_partition)s, %(after_offset)s)
   AND {undecided} AND {choice}
 ORDER BY letter.kind, letter.partition, letter."offset"
 LIMIT %(limit)s;

-- name: unsent_imports
-- Requeued, and nobody has said that they are in Kafka to their end: their command was broken off.
SELECT DISTINCT fate.import_id
  FROM llm_dead_letter_decisions AS fate
 WHERE decision = 'requeue'
   AND NOT EXISTS (
           SELECT FROM llm_dead_letter_decisions AS sent
            WHERE sent.import_id = fate.import_id AND sent.decision = 'sent')
 ORDER BY 1;

-- name: letters_of_import
SELECT letter.kind, letter.partition, letter."offset", letter.value
  FROM llm_dead_letters AS letter
  JOIN llm_dead_letter_decisions AS fate
    ON (fate.kind, fate.partition, fate."offset") = (letter.kind, letter.partition, letter."offset")
 WHERE fate.import_id = %(import_id)s AND fate.decision = 'requeue'
 ORDER BY letter.kind, letter.partition, letter."offset";

-- name: requeue
INSERT INTO llm_dead_letter_decisions (kind, partition, "offset", decision, import_id, action, why)
SELECT kind, partition, "offset", 'requeue', %(import_id)s, %(action)s, %(why)s
  FROM unnest(%(kinds)s::text[], %(partitions)s::integer[], %(offsets)s::bigint[]) AS chosen (kind, partition, "offset");

-- name: mark_sent
INSERT INTO llm_dead_letter_decisions (kind, partition, "offset", decision, import_id, action, why)
SELECT kind, partition, "offset", 'sent', import_id, %(action)s, why
  FROM llm_dead_letter_decisions
 WHERE import_id = %(import_id)s AND decision = 'requeue';

-- name: discard
INSERT INTO llm_dead_letter_decisions (kind, partition, "offset", decision, action, why)
SELECT letter.kind, letter.partition, letter."offset", 'discard', %(action)s, %(why)s
  FROM llm_dead_letters AS letter
 WHERE {undecided} AND {choice};

-- name: recorded_digests
-- The limit keeps this a look-up by index, in one day for each id.
SELECT wanted.id, first.content_digest
  FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS wanted (id, created_at)
 CROSS JOIN LATERAL (
           SELECT content_digest FROM llm_usage_events
            WHERE llm_usage_events.id = wanted.id AND llm_usage_events.created_at = wanted.created_at
            LIMIT 1) AS first;

-- name: expired_days
SELECT day FROM llm_expired_days;
