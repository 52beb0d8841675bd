-- What the benchmark asks of the database that the pipe writes.

-- name: progress
-- Where the ledger is in each partition, and up to which offset its totals are in: -1 for none.
SELECT source.partition, source.next_offset, changelog.through, source.ledger
FROM llm_source_partitions AS source
JOIN llm_changelog_partitions AS changelog USING (kind, partition)
WHERE kind = 'live'
ORDER BY partition;

-- name: calls
-- The calls that ended in a time: partition, offset, and the millisecond of the end as seconds since 1970.
SELECT source_partition, source_offset, extract(epoch FROM created_at)::float8
FROM llm_usage_events
WHERE created_at >= to_timestamp(%(begin)s) AND created_at < to_timestamp(%(end)s);

-- name: counts
SELECT
    (SELECT count(*) FROM llm_usage_events),
    (SELECT coalesce(sum(events), 0)::bigint FROM llm_usage_partials),
    (SELECT count(*) FROM llm_usage_adjustments),
    (SELECT count(*) FROM llm_dead_letters);
