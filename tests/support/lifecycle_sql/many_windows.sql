-- Two years of windows and a late correction in each, then the planner's statistics.
INSERT INTO llm_windows (stream, window_start, state)
SELECT 'live', timestamptz '2025-01-01Z' + n * interval '1 hour', 'compacted' FROM generate_series(0, 17519) AS n
ON CONFLICT DO NOTHING;
INSERT INTO llm_usage_adjustments (stream, window_start, kind, source_partition, source_offset, reason, key_digest, provider, model, use_case, batch, prompt_band)
SELECT 'live', window_start, 'live', 9, row_number() OVER (), 'late', '', 'p', 'm', 'u', false, 0 FROM llm_windows;
ANALYZE llm_windows, llm_usage_adjustments;
