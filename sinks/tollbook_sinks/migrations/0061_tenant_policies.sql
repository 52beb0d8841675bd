-- Row-level security on every table with rows of workspaces. Who may do what with a table is for its grants to say;
-- these policies say with which rows. They hold the owner too, so that a function or view with the owner's rights that
-- somebody adds by mistake shows a tenant nothing. The ledger's days have none, because the sink copies into them:
-- nobody but the sink, which may only insert, gets any right on a day.

CREATE PROCEDURE llm_hold_rows(VARIADIC tables regclass[]) LANGUAGE plpgsql AS $$
DECLARE
    held regclass;
BEGIN
    FOREACH held IN ARRAY tables LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', held);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', held);
        EXECUTE format('CREATE POLICY owner ON %s TO CURRENT_USER USING (NOT (SELECT llm_is_tenant()))', held);
        EXECUTE format(
            'CREATE POLICY services ON %s TO tollbook_sink, tollbook_maintainer, tollbook_reader, tollbook_admin '
            'USING (true)', held
        );
        -- Without it such a role, which reads every table anyway, would be shown empty ones and say that nobody owes.
        EXECUTE format('CREATE POLICY all_data ON %s FOR SELECT TO pg_read_all_data USING (true)', held);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE llm_hold_rows IS
    'for migrations: hold a table''s rows from all but the owner and the services; tenants need a policy of their own';

CALL llm_hold_rows(
    'llm_usage_columns', 'llm_usage_events', 'llm_usage_partials', 'llm_usage_rollups', 'llm_usage_adjustments',
    'llm_session_usage', 'llm_operation_usage', 'llm_replay_partials', 'llm_pricing', 'llm_cost_corrections'
);

DO $$
DECLARE
    held text;
BEGIN
    FOREACH held IN ARRAY ARRAY[
        'llm_usage_events', 'llm_usage_partials', 'llm_usage_rollups', 'llm_usage_adjustments', 'llm_session_usage',
        'llm_operation_usage'
    ] LOOP
        EXECUTE format(
            'CREATE POLICY tenants ON %I FOR SELECT TO tollbook_tenant '
            'USING (workspace_id = (SELECT llm_tenant_workspace()))', held
        );
    END LOOP;

    -- What customers pay, by the list or by their own contract; never what it costs us.
    FOREACH held IN ARRAY ARRAY['llm_pricing', 'llm_cost_corrections'] LOOP
        EXECUTE format(
            'CREATE POLICY tenants ON %I FOR SELECT TO tollbook_tenant '
            'USING (book = ''sell'' AND (workspace_id IS NULL OR workspace_id = (SELECT llm_tenant_workspace())))', held
        );
    END LOOP;
END
$$;

ALTER TABLE llm_tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE llm_tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON llm_tenants TO CURRENT_USER USING (true);
CREATE POLICY services ON llm_tenants TO tollbook_reader, tollbook_admin USING (true);
CREATE POLICY all_data ON llm_tenants FOR SELECT TO pg_read_all_data USING (true);
CREATE POLICY tenants ON llm_tenants FOR SELECT TO tollbook_tenant USING (role_name IN (session_user, current_user));
