-- A correction takes back what a gross total holds, so it counts from the very total that holds it, not from the
-- partition's mark: between a batch's totals and the mark that follows, a duplicate would be counted twice.

CREATE OR REPLACE VIEW llm_counted_adjustments WITH (security_invoker = true) AS
SELECT a.*, CASE w.state WHEN 'compacted' THEN 'final' ELSE 'provisional' END AS state
FROM llm_usage_adjustments AS a
LEFT JOIN llm_windows AS w ON w.stream = a.stream AND w.window_start = a.window_start
WHERE w.state = 'compacted' OR a.reason = 'late' OR a.source_offset <= (
    SELECT p.applied FROM llm_usage_partials AS p
    WHERE p.stream = a.stream AND p.window_start = a.window_start AND p.source_partition = a.source_partition
        AND p.key_digest = a.key_digest
);

COMMENT ON VIEW llm_counted_adjustments IS 'corrections that belong into an answer now, with the state of their window';
