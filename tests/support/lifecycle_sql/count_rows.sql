SELECT 'partials' AS of, count(*) AS rows, coalesce(sum(events), 0)::integer AS events FROM llm_usage_partials
UNION ALL SELECT 'rollups', count(*), coalesce(sum(events), 0)::integer FROM llm_usage_rollups
UNION ALL SELECT 'sessions', count(*), coalesce(sum(events), 0)::integer FROM llm_session_usage
UNION ALL SELECT 'operations', count(*), coalesce(sum(events), 0)::integer FROM llm_operation_usage
UNION ALL SELECT 'adjustments', count(*), coalesce(sum(events), 0)::integer FROM llm_usage_adjustments;
