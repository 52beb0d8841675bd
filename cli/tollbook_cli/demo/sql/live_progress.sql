-- How far ledger and rollups have come in each partition of the live topic.
SELECT s.partition, s.next_offset, coalesce(c.through, -1) AS through
FROM llm_source_partitions AS s
LEFT JOIN llm_changelog_partitions AS c ON c.kind = s.kind AND c.partition = s.partition
WHERE s.kind = 'live'
