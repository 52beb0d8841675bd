-- name: lock
-- Two entries at once would each compare with an older one. Released at the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('llm_budgets', 0));

-- name: same
SELECT EXISTS (
    SELECT FROM llm_budgets_in_force(%(month)s) AS b
    WHERE (b.scope, b.scope_id, b.book, b.currency) = (%(scope)s, %(scope_id)s, %(book)s, %(currency)s)
        AND b.workspace_id IS NOT DISTINCT FROM %(workspace_id)s
        AND b.amount = %(amount)s AND b.alert_shares = %(alert_shares)s::numeric[]
);

-- name: enter
INSERT INTO llm_budgets (scope, scope_id, workspace_id, book, currency, amount, alert_shares, starts, why)
VALUES (
    %(scope)s, %(scope_id)s, %(workspace_id)s, %(book)s, %(currency)s, %(amount)s, %(alert_shares)s::numeric[],
    %(month)s, %(why)s
);

-- name: entries
SELECT
    id, scope, scope_id, workspace_id, book::text AS book, currency::text AS currency, starts, amount, alert_shares,
    created_at, created_by, why
FROM llm_budgets
ORDER BY scope, scope_id, workspace_id NULLS FIRST, book, starts, id;

-- name: alerts
SELECT
    a.id, b.scope, b.scope_id, a.workspace_id, b.book::text AS book, b.currency::text AS currency, a.month, a.share,
    a.amount, a.spent, a.provisional, a.calls_without_usage, a.unpriced, a.recorded_at, a.recorded_by
FROM llm_budget_alerts AS a JOIN llm_budgets AS b ON b.id = a.budget_id
WHERE a.month = llm_month_of(coalesce(%(at)s, now()))
ORDER BY a.id;

-- name: record
SELECT id FROM record_budget_alerts(coalesce(%(at)s, now()));
