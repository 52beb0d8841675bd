-- What is in the tables, as the simulated ones hold it. Times are milliseconds since 1970.

-- name: ledger
SELECT id::text, stream, source_partition, source_offset, on_time, content_digest FROM llm_usage_events;

-- name: adjustments
SELECT kind, source_partition, source_offset, reason, stream, (extract(epoch FROM window_start) * 1000)::bigint,
       key_digest, events, prompt_tokens
FROM llm_usage_adjustments;

-- name: dead_letters
SELECT kind, partition, "offset", reason FROM llm_dead_letters;

-- name: partials
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint, source_partition, key_digest, applied, events,
       prompt_tokens
FROM llm_usage_partials;

-- name: rollups
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint, key_digest, events, prompt_tokens
FROM llm_usage_rollups;

-- name: windows
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint, state FROM llm_windows;

-- name: import_ends
SELECT import_id, side, partition, clock_ms FROM llm_import_ends;

-- name: totals
SELECT stream, (extract(epoch FROM window_start) * 1000)::bigint, project_id, model, sum(events)::bigint,
       sum(prompt_tokens)::bigint, sum(calls_success)::bigint
FROM llm_usage_totals
GROUP BY stream, window_start, project_id, model
HAVING sum(events) <> 0;

-- name: counts
SELECT kind, partition, ledger, duplicates, conflicts, dead_letters, ticks, ends, gaps FROM llm_source_partitions;
