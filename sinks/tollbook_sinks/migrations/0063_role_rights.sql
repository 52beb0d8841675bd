-- Who may do what. tollbook_sink has its rights where its tables are made; here are those of the other roles.

-- Readers and administrators read everything, the ledger's days only through the ledger.
DO $$
DECLARE
    relation regclass;
BEGIN
    FOR relation IN
        SELECT oid FROM pg_catalog.pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
            AND starts_with(relname, 'llm_')
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO tollbook_reader, tollbook_admin', relation);
    END LOOP;
END
$$;

-- Days ahead, closing, compaction, disputes. Dropping a day is the owner's: who detaches a partition owns the table,
-- and a function with the owner's rights cannot do it without stopping the sink (see decision 8).
GRANT SELECT ON
    llm_usage_events, llm_usage_event_measures, llm_usage_partials, llm_usage_rollups, llm_usage_adjustments,
    llm_session_usage, llm_operation_usage, llm_windows, llm_source_partitions, llm_changelog_partitions,
    llm_import_ends, llm_window_width, llm_expired_days, llm_expired_offsets
TO tollbook_maintainer;
GRANT UPDATE ON llm_windows TO tollbook_maintainer;
GRANT DELETE ON llm_usage_partials TO tollbook_maintainer;
GRANT INSERT ON llm_usage_rollups TO tollbook_maintainer;
GRANT INSERT, DELETE ON llm_session_usage, llm_operation_usage TO tollbook_maintainer;
GRANT EXECUTE ON FUNCTION ensure_ledger_day(date) TO tollbook_maintainer;

GRANT INSERT (role_name, workspace_id), DELETE ON llm_tenants TO tollbook_admin;

-- What a tenant's bill is computed from: its rows of usage, the states of windows, what it pays.
GRANT SELECT ON
    llm_usage_events, llm_usage_event_measures, llm_usage_partials, llm_usage_rollups, llm_usage_adjustments,
    llm_session_usage, llm_operation_usage, llm_counted_adjustments, llm_usage_totals, llm_window_width, llm_tenants
TO tollbook_tenant;
GRANT SELECT (stream, window_start, state, opened_at, closed_at, compacted_at, proven) ON llm_windows
TO tollbook_tenant;
GRANT SELECT (
    book, provider, model, token_class, service_tier, batch, min_prompt_tokens, unit, currency, price, price_per_one,
    workspace_id, effective, starts, seed, id
) ON llm_pricing TO tollbook_tenant;
GRANT SELECT (
    book, provider, model, token_class, service_tier, batch, min_prompt_tokens, unit, currency, price, price_per_one,
    workspace_id, effective, created_at, id
) ON llm_cost_corrections TO tollbook_tenant;
