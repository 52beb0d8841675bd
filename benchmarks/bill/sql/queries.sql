-- What the benchmark asks. {sums} are the sums that our function gives, over the ledger's own columns.

-- name: project_month
SELECT * FROM get_project_usage(%(project)s, %(start)s, %(end)s, p_by => '{{use_case}}');

-- name: project_local_month
SELECT * FROM get_project_usage(%(project)s, %(local_start)s, %(local_end)s, p_by => '{{use_case}}');

-- name: workspace_year
SELECT * FROM get_workspace_usage(%(workspace)s, %(year_start)s, %(end)s);

-- name: session
SELECT * FROM get_session_usage(%(session)s);

-- name: ledger_month
SELECT use_case, count(*) AS events, {sums}
FROM llm_usage_events
WHERE project_id = %(project)s AND created_at >= %(start)s AND created_at < %(end)s
GROUP BY use_case;

-- name: some_sessions
-- Sessions of all days, one of the largest project's and one of another, and so on.
SELECT session_id FROM llm_usage_events TABLESAMPLE bernoulli (%(percent)s) REPEATABLE (1)
WHERE session_id IS NOT NULL LIMIT 200;

-- name: sizes
SELECT
    (SELECT count(*) FROM llm_usage_rollups) AS rollup_rows,
    pg_database_size(current_database()) AS database_bytes;

-- name: bill_progress
-- In one snapshot: what a project's bill counts, and how far the totals behind all bills are.
WITH bill AS MATERIALIZED (
    SELECT coalesce(sum(events), 0)::bigint AS events
    FROM get_project_usage(%(project)s, llm_month_of(now() - interval '1 hour'))
)
SELECT source.partition, source.next_offset, changelog.through, source.ledger, bill.events
FROM llm_source_partitions AS source
JOIN llm_changelog_partitions AS changelog USING (kind, partition)
CROSS JOIN bill
WHERE kind = 'live'
ORDER BY partition;

-- name: offsets_of_project
SELECT source_partition, source_offset FROM llm_usage_events WHERE project_id = %(project)s ORDER BY source_offset;

-- name: billed
SELECT coalesce(sum(events), 0)::bigint FROM get_usage('all', NULL, llm_month_of(now() - interval '1 hour'));
