SELECT
    (extract(epoch FROM window_start) * 1000)::bigint AS start_ms,
    state,
    ledger_events,
    ledger_calls,
    ledger_digest,
    coalesce((sums ->> 'prompt_tokens')::bigint, 0) AS prompt_tokens,
    coalesce((sums ->> 'completion_tokens')::bigint, 0) AS completion_tokens,
    differences
FROM llm_windows
WHERE stream = %(stream)s AND (extract(epoch FROM window_start) * 1000)::bigint = ANY (%(starts_ms)s)
ORDER BY window_start
