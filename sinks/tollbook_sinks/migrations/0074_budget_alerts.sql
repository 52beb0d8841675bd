-- Alerts are recorded once, by the maintainer's pass or by `tollbook budgets check`; and who sees budgets.

CREATE FUNCTION record_budget_alerts(p_at timestamptz DEFAULT now()) RETURNS SETOF llm_budget_alerts
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO llm_budget_alerts (
        budget_id, workspace_id, month, share, amount, spent, provisional, calls_without_usage, unpriced
    )
    SELECT
        s.budget_id, s.workspace_id, s.month, due.share, s.amount, s.spent, s.provisional, s.calls_without_usage,
        s.unpriced
    FROM get_budget_statuses(p_at) AS s
    CROSS JOIN LATERAL unnest(s.alert_shares) AS due (share)
    WHERE s.spent >= due.share * s.amount
    ORDER BY s.budget_id, due.share
    ON CONFLICT ON CONSTRAINT llm_budget_alerts_once DO NOTHING
    RETURNING *;
END;
COMMENT ON FUNCTION record_budget_alerts IS
    'Records each alert that is due and not on record, and returns these. Runs as the owner of the tables: whoever may '
    'call it needs no right to write. Several at once record an alert once.';

REVOKE EXECUTE ON FUNCTION record_budget_alerts(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_budget_alerts(timestamptz) TO tollbook_maintainer, tollbook_admin;

GRANT SELECT ON llm_budgets, llm_budget_alerts TO tollbook_reader, tollbook_admin, tollbook_maintainer, tollbook_tenant;
GRANT INSERT (scope, scope_id, workspace_id, book, currency, amount, alert_shares, starts, why) ON llm_budgets
TO tollbook_admin;

-- As in 0061: these say with which rows. A tenant sees budgets of what it pays, in its own workspace.
DO $$
DECLARE
    held text;
BEGIN
    FOREACH held IN ARRAY ARRAY['llm_budgets', 'llm_budget_alerts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', held);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', held);
        EXECUTE format(
            'CREATE POLICY owner ON %I TO CURRENT_USER '
            'USING (NOT EXISTS (SELECT FROM llm_tenants AS t WHERE t.role_name = session_user))', held
        );
        EXECUTE format(
            'CREATE POLICY services ON %I TO tollbook_sink, tollbook_maintainer, tollbook_reader, tollbook_admin '
            'USING (true)', held
        );
        EXECUTE format('CREATE POLICY all_data ON %I FOR SELECT TO pg_read_all_data USING (true)', held);
    END LOOP;
END
$$;
CREATE POLICY tenants ON llm_budgets FOR SELECT TO tollbook_tenant
USING (book = 'sell' AND workspace_id = (SELECT llm_tenant_workspace()));
CREATE POLICY tenants ON llm_budget_alerts FOR SELECT TO tollbook_tenant
USING (
    workspace_id = (SELECT llm_tenant_workspace())
    AND budget_id IN (SELECT b.id FROM llm_budgets AS b WHERE b.book = 'sell')
);
