-- How far each partition of the log is read. An update that finds another offset than expected changes nothing.

-- name: source_partitions
SELECT kind, partition, cluster_id, topic_id, next_offset, clock_ms, ended
FROM llm_source_partitions;

-- name: changelog_partitions
SELECT kind, partition, cluster_id, topic_id, next_offset, through, clock_ms, open, ended, floor_ms, bad
FROM llm_changelog_partitions;

-- name: register_source
INSERT INTO llm_source_partitions (kind, partition, cluster_id, topic_id, first_offset, next_offset)
VALUES (%(kind)s, %(partition)s, %(cluster_id)s, %(topic_id)s, %(low)s, %(low)s)
ON CONFLICT DO NOTHING;

-- name: register_changelog
INSERT INTO llm_changelog_partitions (kind, partition, cluster_id, topic_id, next_offset)
VALUES (%(kind)s, %(partition)s, %(cluster_id)s, %(topic_id)s, %(low)s)
ON CONFLICT DO NOTHING;

-- name: hold_source
SELECT kind, partition, next_offset
FROM llm_source_partitions
WHERE (kind, partition) IN (SELECT * FROM unnest(%(kinds)s::text[], %(partitions)s::integer[]))
ORDER BY kind, partition
FOR UPDATE;

-- name: hold_changelog
SELECT kind, partition, next_offset
FROM llm_changelog_partitions
WHERE (kind, partition) IN (SELECT * FROM unnest(%(kinds)s::text[], %(partitions)s::integer[]))
ORDER BY kind, partition
FOR UPDATE;

-- name: advance_source
UPDATE llm_source_partitions
SET next_offset = %(next_offset)s, clock_ms = %(clock_ms)s, ended = %(ended)s,
    ledger = ledger + %(ledger)s, duplicates = duplicates + %(duplicates)s, conflicts = conflicts + %(conflicts)s,
    dead_letters = dead_letters + %(dead_letters)s, ticks = ticks + %(ticks)s, ends = ends + %(ends)s,
    gaps = gaps + %(gaps)s
WHERE kind = %(kind)s AND partition = %(partition)s AND next_offset = %(expected)s
  AND cluster_id = %(cluster_id)s AND topic_id = %(topic_id)s;

-- name: advance_changelog
UPDATE llm_changelog_partitions
SET next_offset = %(next_offset)s, through = %(through)s, clock_ms = %(clock_ms)s, open = %(open)s,
    ended = %(ended)s, floor_ms = %(floor_ms)s, bad = %(bad)s
WHERE kind = %(kind)s AND partition = %(partition)s AND next_offset = %(expected)s
  AND cluster_id = %(cluster_id)s AND topic_id = %(topic_id)s;

-- name: skip_changelog
UPDATE llm_changelog_partitions SET next_offset = %(low)s
WHERE kind = %(kind)s AND partition = %(partition)s AND next_offset = %(expected)s
  AND cluster_id = %(cluster_id)s AND topic_id = %(topic_id)s;
