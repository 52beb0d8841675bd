-- What stands against growing, and how far it is.

-- name: unfinished_imports
-- The ends of an import stand in the partitions that there were: a new one would wait for its end for ever.
SELECT DISTINCT stream FROM llm_windows WHERE state IN ('open', 'closed') AND stream <> 'live' ORDER BY stream;

-- name: unfinished_replays
SELECT count(*) FROM llm_replays WHERE state IN ('folding', 'committed');

-- name: recorded
SELECT kind, partition, 'source' AS side FROM llm_source_partitions
UNION ALL
SELECT kind, partition, 'changelog' FROM llm_changelog_partitions;

-- name: served
-- Live partitions that a sink has read and a processor has folded: their ticks have come through.
SELECT source.partition
  FROM llm_source_partitions AS source
  JOIN llm_changelog_partitions AS changelog USING (kind, partition)
 WHERE kind = 'live' AND source.clock_ms > 0 AND changelog.clock_ms > 0;
