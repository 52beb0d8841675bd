-- What stays for ever, as one text: windows with their proofs, totals, sessions, operations, corrections.
SELECT 'window' AS of, to_jsonb(w) AS row FROM llm_windows AS w
UNION ALL SELECT 'rollup', to_jsonb(r) FROM llm_usage_rollups AS r
UNION ALL SELECT 'session', to_jsonb(s) FROM llm_session_usage AS s
UNION ALL SELECT 'operation', to_jsonb(o) FROM llm_operation_usage AS o
UNION ALL SELECT 'adjustment', to_jsonb(a) FROM llm_usage_adjustments AS a
ORDER BY 1, 2;
