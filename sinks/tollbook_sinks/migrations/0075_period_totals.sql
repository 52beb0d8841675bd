-- Totals of UTC days and months beside those of windows, so that a long range is a few rows. A trigger sums them up
-- from the final rows in the transaction that writes those: nobody ever sees one without the other.

CREATE TABLE llm_daily_usage (
    period_start timestamptz NOT NULL CHECK (period_start = date_bin('1 day', period_start, 'epoch')),
    key_digest bytea NOT NULL,
    LIKE llm_usage_columns INCLUDING DEFAULTS,
    PRIMARY KEY (period_start, key_digest)
) WITH (fillfactor = 80);
COMMENT ON TABLE llm_daily_usage IS 'the sums of llm_usage_rollups by UTC day, all streams together';

CREATE TABLE llm_monthly_usage (
    period_start timestamptz NOT NULL CHECK (period_start = llm_month_of(period_start)),
    key_digest bytea NOT NULL,
    LIKE llm_usage_columns INCLUDING DEFAULTS,
    PRIMARY KEY (period_start, key_digest)
) WITH (fillfactor = 80);
COMMENT ON TABLE llm_monthly_usage IS 'the sums of llm_usage_rollups by calendar month of UTC, all streams together';

DO $$
DECLARE
    period text;
    scope text;
BEGIN
    FOREACH period IN ARRAY ARRAY['llm_daily_usage', 'llm_monthly_usage'] LOOP
        FOREACH scope IN ARRAY ARRAY['project', 'workspace', 'collection', 'template'] LOOP
            EXECUTE format(
                'CREATE INDEX %I ON %I (%I, period_start) WHERE %3$I IS NOT NULL',
                period || '_' || scope, period, scope || '_id'
            );
        END LOOP;
        -- As 0061 does for every table with rows of workspaces.
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', period);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', period);
        EXECUTE format(
            'CREATE POLICY owner ON %I TO CURRENT_USER '
            'USING (NOT EXISTS (SELECT FROM llm_tenants AS t WHERE t.role_name = session_user))', period
        );
        EXECUTE format(
            'CREATE POLICY services ON %I TO tollbook_sink, tollbook_maintainer, tollbook_reader, tollbook_admin '
            'USING (true)', period
        );
        EXECUTE format('CREATE POLICY all_data ON %I FOR SELECT TO pg_read_all_data USING (true)', period);
        EXECUTE format(
            'CREATE POLICY tenants ON %I FOR SELECT TO tollbook_tenant '
            'USING (workspace_id = (SELECT llm_tenant_workspace()))', period
        );
        EXECUTE format(
            'GRANT SELECT ON %I TO tollbook_maintainer, tollbook_reader, tollbook_admin, tollbook_tenant', period
        );
    END LOOP;
END
$$;

-- The lists of columns come from llm_usage_columns, the one place that has them.
DO $$
DECLARE
    dimensions text;
    measures text;
    sums text;
    added text;
BEGIN
    SELECT
        string_agg(quote_ident(attname), ', ' ORDER BY attnum) FILTER (WHERE atttypid <> 'bigint'::regtype),
        string_agg(quote_ident(attname), ', ' ORDER BY attnum) FILTER (WHERE atttypid = 'bigint'::regtype),
        string_agg(format('sum(%I)', attname), ', ' ORDER BY attnum) FILTER (WHERE atttypid = 'bigint'::regtype),
        string_agg(format('%1$I = kept.%1$I + excluded.%1$I', attname), ', ' ORDER BY attnum)
            FILTER (WHERE atttypid = 'bigint'::regtype)
    INTO dimensions, measures, sums, added
    FROM pg_attribute
    WHERE attrelid = 'llm_usage_columns'::regclass AND attnum > 0 AND NOT attisdropped;

    EXECUTE format($make$
        CREATE FUNCTION llm_sum_up_periods() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $function$
        BEGIN
            -- In the order of the keys, so that two that add at once never wait for each other.
            INSERT INTO public.llm_daily_usage AS kept (period_start, key_digest, %1$s, %2$s)
            SELECT date_trunc('day', window_start), key_digest, %1$s, %3$s
            FROM added GROUP BY 1, 2, %1$s ORDER BY 1, 2
            ON CONFLICT (period_start, key_digest) DO UPDATE SET %4$s;
            INSERT INTO public.llm_monthly_usage AS kept (period_start, key_digest, %1$s, %2$s)
            SELECT date_trunc('month', window_start), key_digest, %1$s, %3$s
            FROM added GROUP BY 1, 2, %1$s ORDER BY 1, 2
            ON CONFLICT (period_start, key_digest) DO UPDATE SET %4$s;
            RETURN NULL;
        END
        $function$
    $make$, dimensions, measures, sums, added);

    -- Nothing of ours changes a final row. Who does, by hand, has the months that it concerns summed up anew.
    EXECUTE format($make$
        CREATE FUNCTION llm_sum_up_periods_anew() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $function$
        DECLARE
            changed timestamptz;
        BEGIN
            FOR changed IN SELECT DISTINCT date_trunc('month', window_start) FROM removed LOOP
                DELETE FROM public.llm_daily_usage
                WHERE period_start >= changed AND period_start < changed + interval '1 month';
                DELETE FROM public.llm_monthly_usage WHERE period_start = changed;
                INSERT INTO public.llm_daily_usage (period_start, key_digest, %1$s, %2$s)
                SELECT date_trunc('day', window_start), key_digest, %1$s, %3$s
                FROM public.llm_usage_rollups
                WHERE window_start >= changed AND window_start < changed + interval '1 month'
                GROUP BY 1, 2, %1$s;
                INSERT INTO public.llm_monthly_usage (period_start, key_digest, %1$s, %2$s)
                SELECT changed, key_digest, %1$s, %3$s
                FROM public.llm_daily_usage
                WHERE period_start >= changed AND period_start < changed + interval '1 month'
                GROUP BY key_digest, %1$s;
            END LOOP;
            RETURN NULL;
        END
        $function$
    $make$, dimensions, measures, sums);

    EXECUTE format($fill$
        INSERT INTO llm_daily_usage (period_start, key_digest, %1$s, %2$s)
        SELECT date_bin('1 day', window_start, 'epoch'), key_digest, %1$s, %3$s
        FROM llm_usage_rollups GROUP BY 1, 2, %1$s
    $fill$, dimensions, measures, sums);
    EXECUTE format($fill$
        INSERT INTO llm_monthly_usage (period_start, key_digest, %1$s, %2$s)
        SELECT llm_month_of(period_start), key_digest, %1$s, %3$s
        FROM llm_daily_usage GROUP BY 1, 2, %1$s
    $fill$, dimensions, measures, sums);
END
$$;
COMMENT ON FUNCTION llm_sum_up_periods IS 'adds new final rows to the totals of their days and months';
COMMENT ON FUNCTION llm_sum_up_periods_anew IS 'the totals of the months of final rows that were changed or deleted';
REVOKE EXECUTE ON FUNCTION llm_sum_up_periods, llm_sum_up_periods_anew FROM PUBLIC;

-- A window that moves to another month does so as a deletion and an insertion.
CREATE FUNCTION llm_usage_rollups_stay_in_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a final row stays in its window' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER llm_usage_rollups_added AFTER INSERT ON llm_usage_rollups
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION llm_sum_up_periods();
CREATE TRIGGER llm_usage_rollups_changed AFTER UPDATE ON llm_usage_rollups
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION llm_sum_up_periods_anew();
CREATE TRIGGER llm_usage_rollups_removed AFTER DELETE ON llm_usage_rollups
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION llm_sum_up_periods_anew();
CREATE TRIGGER llm_usage_rollups_moved BEFORE UPDATE ON llm_usage_rollups
    FOR EACH ROW WHEN (OLD.window_start <> NEW.window_start) EXECUTE FUNCTION llm_usage_rollups_stay_in_place();
CREATE TRIGGER llm_usage_rollups_never_emptied BEFORE TRUNCATE ON llm_usage_rollups
    FOR EACH STATEMENT EXECUTE FUNCTION llm_usage_rollups_stay_in_place();
