-- Which of these windows are of days whose rows have left the ledger.
SELECT DISTINCT expired.day
FROM unnest(%(starts_ms)s::bigint[]) AS start_ms
JOIN llm_expired_days AS expired
    ON expired.day = (to_timestamp(start_ms / 1000) AT TIME ZONE 'UTC')::date
ORDER BY expired.day
