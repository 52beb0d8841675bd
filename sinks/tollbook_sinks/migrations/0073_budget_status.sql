-- How much of a budget is spent: from totals, so current to seconds, and what is not in the figure beside it.

CREATE TYPE llm_budget_status AS (
    budget_id bigint, scope text, scope_id text, workspace_id text, book text, currency text,
    month timestamptz, amount numeric, alert_shares numeric[],
    spent numeric, share numeric, alert_share numeric, is_spent boolean, provisional numeric,
    calls bigint, provisional_calls bigint, calls_without_usage bigint, unpriced jsonb, is_complete boolean
);
COMMENT ON TYPE llm_budget_status IS 'a budget in its month, and what has been spent of it';
COMMENT ON COLUMN llm_budget_status.spent IS
    'exact, with corrections and with windows that are still open: 0 without calls, null where none of them has a '
    'price. It leaves out what is unpriced and calls without usage';
COMMENT ON COLUMN llm_budget_status.share IS 'spent of amount, cut off after six digits, so that 1 is all of it';
COMMENT ON COLUMN llm_budget_status.alert_share IS 'the highest of alert_shares that is reached; null: none';
COMMENT ON COLUMN llm_budget_status.provisional IS 'the part of spent that lies in open windows; null: none is known';
COMMENT ON COLUMN llm_budget_status.is_complete IS 'every call reported usage and all of it has a price';

CREATE FUNCTION llm_budgets_in_force(p_at timestamptz) RETURNS SETOF llm_budgets LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT latest.*
    FROM (
        SELECT DISTINCT ON (b.scope, b.scope_id, b.workspace_id, b.book) b.*
        FROM llm_budgets AS b
        WHERE b.starts <= llm_month_of(p_at)
        ORDER BY b.scope, b.scope_id, b.workspace_id, b.book, b.starts DESC, b.id DESC
    ) AS latest
    WHERE latest.amount IS NOT NULL;
END;
COMMENT ON FUNCTION llm_budgets_in_force IS 'the budgets of the month that a time is in';

CREATE FUNCTION get_budget_status(p_scope text, p_id text, p_at timestamptz DEFAULT now())
RETURNS SETOF llm_budget_status LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        b.id, b.scope, b.scope_id, b.workspace_id, b.book::text, b.currency::text, llm_month_of(p_at), b.amount,
        b.alert_shares, used.spent, trim_scale(div(used.spent * 1000000, b.amount) * 0.000001),
        (SELECT max(one.share) FROM unnest(b.alert_shares) AS one (share) WHERE used.spent >= one.share * b.amount),
        used.spent >= b.amount, used.provisional, used.calls, used.provisional_calls, used.calls_without_usage,
        used.unpriced, used.calls_without_usage = 0 AND used.unpriced = '{}'
    FROM llm_budgets_in_force(p_at) AS b
    CROSS JOIN LATERAL (
        WITH part AS MATERIALIZED (
            SELECT * FROM llm_usage_parts(
                p_scope, p_id, llm_month_of(p_at), llm_month_after(p_at), b.workspace_id, llm_window_width(), '{}', NULL
            )
        ),
        class AS (
            SELECT
                charge.token_class, sum(charge.total) AS total, trim_scale(sum(charge.unpriced)) AS unpriced,
                sum(charge.total) FILTER (WHERE part.state = 'provisional') AS provisional
            FROM part
            CROSS JOIN LATERAL llm_part_charges(part, b.book, b.currency, NULL) AS charge
            GROUP BY charge.token_class
        ),
        call AS (
            SELECT
                coalesce(sum(one.calls), 0)::bigint AS calls,
                coalesce(sum(one.calls) FILTER (WHERE part.state = 'provisional'), 0)::bigint AS provisional_calls,
                coalesce(sum(one.calls - part.calls_with_usage), 0)::bigint AS calls_without_usage
            FROM part
            CROSS JOIN LATERAL (
                SELECT part.calls_success + part.calls_missing_usage + part.calls_timeout + part.calls_error AS calls
            ) AS one
        )
        SELECT
            call.calls, call.provisional_calls, call.calls_without_usage,
            CASE WHEN call.calls = 0 THEN 0 ELSE (SELECT trim_scale(sum(total)) FROM class) END AS spent,
            (SELECT trim_scale(sum(provisional)) FROM class) AS provisional,
            (
                SELECT coalesce(jsonb_object_agg(token_class, unpriced) FILTER (WHERE unpriced <> 0), '{}')
                FROM class
            ) AS unpriced
        FROM call
    ) AS used
    WHERE b.scope = p_scope AND b.scope_id = p_id
    ORDER BY b.workspace_id NULLS FIRST, b.book;
END;
COMMENT ON FUNCTION get_budget_status IS
    'The budgets of a workspace or a project in the UTC month that p_at is in, one row a book; no row where none is set.';

CREATE FUNCTION get_budget_statuses(p_at timestamptz DEFAULT now()) RETURNS SETOF llm_budget_status
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT status.*
    FROM (SELECT DISTINCT b.scope, b.scope_id FROM llm_budgets_in_force(p_at) AS b) AS one
    CROSS JOIN LATERAL get_budget_status(one.scope, one.scope_id, p_at) AS status
    ORDER BY status.scope, status.scope_id, status.workspace_id NULLS FIRST, status.book;
END;
COMMENT ON FUNCTION get_budget_statuses IS 'get_budget_status for everything that has a budget';
