-- Budgets: a soft limit a month for a workspace or a project, with the shares of it at which an alert is due.

CREATE FUNCTION llm_month_of(p_at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN date_trunc('month', p_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
COMMENT ON FUNCTION llm_month_of IS 'the first moment of the UTC month that a time is in';

CREATE FUNCTION llm_month_after(p_at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (date_trunc('month', p_at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
COMMENT ON FUNCTION llm_month_after IS 'the first moment of the UTC month after the one that a time is in';

CREATE FUNCTION llm_are_shares(p_shares numeric[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN cardinality(p_shares) > 0 AND (
    SELECT coalesce(bool_and(one.share > 0 AND one.share <= 10), false) AND count(*) = count(DISTINCT one.share)
    FROM unnest(p_shares) AS one (share)
);
COMMENT ON FUNCTION llm_are_shares IS 'some different shares, each above 0 and at most 10 times the budget';

CREATE TABLE llm_budgets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL CHECK (scope IN ('workspace', 'project')),
    scope_id text NOT NULL CHECK (scope_id <> ''),
    workspace_id text CHECK (workspace_id <> ''),
    book llm_book NOT NULL DEFAULT 'cost',
    currency llm_currency NOT NULL DEFAULT 'USD',
    amount numeric CHECK (amount > 0 AND amount < 'Infinity' AND scale(amount) <= 12),
    alert_shares numeric[] NOT NULL DEFAULT '{0.5,0.8,1}' CHECK (llm_are_shares(alert_shares)),
    starts timestamptz NOT NULL DEFAULT llm_month_of(now()) CHECK (starts = llm_month_of(starts)),
    why text NOT NULL CHECK (why ~ '\S' AND length(why) <= 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT session_user,
    CONSTRAINT llm_budgets_a_workspace_is_its_own CHECK (scope <> 'workspace' OR workspace_id = scope_id)
);
CREATE INDEX llm_budgets_scope ON llm_budgets (scope, scope_id, book, starts);
COMMENT ON TABLE llm_budgets IS
    'Soft limits a month. Append-only: an entry holds from its month on, until a later entry for the same scope, id, '
    'workspace and book. Nothing stops a call by itself: an app asks (tollbook_billing.budgets), alerts are recorded';
COMMENT ON COLUMN llm_budgets.workspace_id IS
    'of a project: counts only its usage in this workspace, whose tenant sees it; null: all of it';
COMMENT ON COLUMN llm_budgets.amount IS 'for a UTC month; null: no budget from then on';
COMMENT ON COLUMN llm_budgets.alert_shares IS 'shares of the amount; an alert is due once for each of them a month';

CREATE FUNCTION llm_budgets_are_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.starts < llm_month_of(now()) THEN
        RAISE EXCEPTION 'a budget begins this month or later, not in %: past months are over',
            to_char(NEW.starts AT TIME ZONE 'UTC', 'YYYY-MM') USING ERRCODE = 'check_violation';
    END IF;
    NEW.alert_shares := ARRAY(SELECT trim_scale(one.share) FROM unnest(NEW.alert_shares) AS one (share) ORDER BY 1);
    NEW.created_at := now();
    NEW.created_by := session_user;
    RETURN NEW;
END
$$;
CREATE TRIGGER llm_budgets_signed BEFORE INSERT ON llm_budgets
    FOR EACH ROW EXECUTE FUNCTION llm_budgets_are_signed();

CREATE TABLE llm_budget_alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    budget_id bigint NOT NULL REFERENCES llm_budgets,
    workspace_id text,
    month timestamptz NOT NULL CHECK (month = llm_month_of(month)),
    share numeric NOT NULL,
    amount numeric NOT NULL,
    spent numeric NOT NULL,
    provisional numeric,
    calls_without_usage bigint NOT NULL,
    unpriced jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT session_user,
    CONSTRAINT llm_budget_alerts_once UNIQUE (budget_id, month, share)
);
COMMENT ON TABLE llm_budget_alerts IS
    'Once for each share of a budget that a month''s usage reached, as it stood then. Append-only. A budget that is '
    'set anew begins anew';
COMMENT ON COLUMN llm_budget_alerts.unpriced IS 'what was used without a price, and so is not in spent';

CREATE FUNCTION llm_budgets_are_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: set the budget anew', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER llm_budgets_append_only BEFORE UPDATE OR DELETE ON llm_budgets
    FOR EACH ROW EXECUTE FUNCTION llm_budgets_are_for_ever();
CREATE TRIGGER llm_budgets_never_emptied BEFORE TRUNCATE ON llm_budgets
    FOR EACH STATEMENT EXECUTE FUNCTION llm_budgets_are_for_ever();
CREATE TRIGGER llm_budget_alerts_append_only BEFORE UPDATE OR DELETE ON llm_budget_alerts
    FOR EACH ROW EXECUTE FUNCTION llm_budgets_are_for_ever();
CREATE TRIGGER llm_budget_alerts_never_emptied BEFORE TRUNCATE ON llm_budget_alerts
    FOR EACH STATEMENT EXECUTE FUNCTION llm_budgets_are_for_ever();
