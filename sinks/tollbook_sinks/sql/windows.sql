-- Windows and imports, as far as the sink has a part in their life.

-- name: open_windows
INSERT INTO llm_windows (stream, window_start)
SELECT stream, window_start
FROM unnest(%(streams)s::text[], %(starts)s::timestamptz[]) AS seen (stream, window_start)
ORDER BY stream, window_start
ON CONFLICT DO NOTHING;

-- name: hold_windows
SELECT stream, window_start, state = 'compacted' AS compacted, expired
FROM hold_llm_windows(%(streams)s, %(starts)s)
WHERE state = 'compacted' OR expired;

-- name: insert_import_ends
INSERT INTO llm_import_ends (import_id, side, partition, clock_ms)
VALUES (%(import_id)s, %(side)s, %(partition)s, %(clock_ms)s)
ON CONFLICT DO NOTHING;

-- name: record_width
INSERT INTO llm_window_width (width) VALUES (%(width)s) ON CONFLICT DO NOTHING;

-- name: recorded_width
SELECT width FROM llm_window_width;
