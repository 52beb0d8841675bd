-- Parts that the statements of dead_letters.sql share.

-- name: choice
-- Of letters: a null or an empty list asks for nothing.
(%(kind)s::text IS NULL OR letter.kind = %(kind)s)
   AND (%(partition)s::integer IS NULL OR letter.partition = %(partition)s)
   AND (%(since)s::timestamptz IS NULL OR letter.appended_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR letter.appended_at < %(until)s)
   AND (cardinality(%(reasons)s::text[]) = 0 OR letter.reason = ANY (%(reasons)s))
   AND (cardinality(%(kinds)s::text[]) = 0 OR (letter.kind, letter.partition, letter."offset") IN (
           SELECT * FROM unnest(%(kinds)s::text[], %(partitions)s::integer[], %(offsets)s::bigint[])));

-- name: state
CASE fate.decision
            WHEN 'discard' THEN 'discarded'
            WHEN 'requeue' THEN CASE WHEN EXISTS (
                SELECT FROM llm_dead_letter_decisions AS sent
                 WHERE (sent.kind, sent.partition, sent."offset") = (letter.kind, letter.partition, letter."offset")
                   AND sent.decision = 'sent') THEN 'requeued' ELSE 'requeueing' END
            ELSE 'undecided' END;

-- name: with_fate
llm_dead_letters AS letter
  LEFT JOIN llm_dead_letter_decisions AS fate
         ON (fate.kind, fate.partition, fate."offset") = (letter.kind, letter.partition, letter."offset")
        AND fate.decision <> 'sent';

-- name: undecided
NOT EXISTS (
           SELECT FROM llm_dead_letter_decisions AS fate
            WHERE (fate.kind, fate.partition, fate."offset") = (letter.kind, letter.partition, letter."offset"));
