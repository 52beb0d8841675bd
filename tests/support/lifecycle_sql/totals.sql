-- Everything that compaction writes, as one text: equal texts are equal ends.
SELECT 'window' AS of, to_jsonb(w) - 'opened_at' - 'closed_at' - 'compacted_at' - 'checked_at' AS row FROM llm_windows AS w
UNION ALL SELECT 'partial', to_jsonb(p) FROM llm_usage_partials AS p
UNION ALL SELECT 'rollup', to_jsonb(r) FROM llm_usage_rollups AS r
UNION ALL SELECT 'session', to_jsonb(s) FROM llm_session_usage AS s
UNION ALL SELECT 'operation', to_jsonb(o) FROM llm_operation_usage AS o
ORDER BY 1, 2;
