-- The figures that the product shows: what a session's parts used, and what analytics refreshes used and when.

CREATE TABLE llm_product_figures (
    scope text NOT NULL CHECK (scope IN ('session', 'collection', 'template', 'project')),
    figure text NOT NULL CHECK (figure NOT IN ('', 'other', 'total') AND (figure = 'refresh') = (scope <> 'session')),
    use_case text NOT NULL,
    nth smallint NOT NULL DEFAULT 1,
    PRIMARY KEY (scope, use_case)
);
COMMENT ON TABLE llm_product_figures IS
    'which use cases make up a figure: a session''s buckets, and the analytics refresh of a collection, template or '
    'project';
COMMENT ON COLUMN llm_product_figures.nth IS 'the order in which figures are shown';
INSERT INTO llm_product_figures (scope, figure, use_case, nth) VALUES
    ('session', 'analysis', 'barbara_analysis', 1),
    ('session', 'topicOverlap', 'barbara_topic_overlap', 2),
    ('session', 'summarisation', 'barbara_question_summary', 3),
    ('session', 'additionalQuestions', 'barbara_additional_questions', 4),
    ('session', 'sessionSummary', 'barbara_session_summary', 5),
    ('collection', 'refresh', 'barbara_cross_interview_enhanced_analysis', 1),
    ('collection', 'refresh', 'infographic_collection_summary', 1),
    ('collection', 'refresh', 'infographic_collection_themes', 1),
    ('collection', 'refresh', 'infographic_collection_findings', 1),
    ('template', 'refresh', 'barbara_cross_interview_enhanced_analysis', 1),
    ('project', 'refresh', 'barbara_project_cross_template_analysis', 1),
    ('project', 'refresh', 'infographic_project_summary', 1),
    ('project', 'refresh', 'infographic_project_themes', 1),
    ('project', 'refresh', 'infographic_project_insights', 1);
GRANT SELECT ON llm_product_figures TO tollbook_reader, tollbook_admin, tollbook_tenant;

CREATE FUNCTION llm_sum_unpriced(p_unpriced jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT coalesce(jsonb_object_agg(token_class, quantity), '{}')
    FROM (
        SELECT one.key AS token_class, trim_scale(sum(one.value::numeric)) AS quantity
        FROM unnest(p_unpriced) AS unpriced CROSS JOIN LATERAL jsonb_each_text(unpriced) AS one
        GROUP BY one.key
    ) AS summed
);
COMMENT ON FUNCTION llm_sum_unpriced IS 'several lines'' unpriced quantities as one object, summed by class';

CREATE FUNCTION get_session_figures(
    p_session_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS TABLE (
    figure text, calls bigint, calls_with_usage bigint, provisional_calls bigint,
    prompt_tokens bigint, completion_tokens bigint, total_tokens bigint, total numeric, unpriced jsonb, currency text
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH line AS MATERIALIZED (
        SELECT * FROM get_usage(
            'session', p_session_id, p_from, p_to, p_workspace_id, p_window, p_book, p_currency, '{use_case}', 'UTC'
        )
    ),
    wanted AS (
        SELECT f.figure, min(f.nth) AS nth, array_agg(f.use_case) AS use_cases
        FROM llm_product_figures AS f WHERE f.scope = 'session' GROUP BY f.figure
        UNION ALL
        SELECT 'other', 32766, NULL
        UNION ALL
        SELECT 'total', 32767, NULL
    )
    SELECT
        w.figure, coalesce(sum(line.calls), 0)::bigint, coalesce(sum(line.calls_with_usage), 0)::bigint,
        coalesce(sum(line.calls) FILTER (WHERE line.state = 'provisional'), 0)::bigint,
        sum(line.prompt_tokens)::bigint, sum(line.completion_tokens)::bigint, sum(line.total_tokens)::bigint,
        sum(line.total), llm_sum_unpriced(array_agg(line.unpriced)), p_currency
    FROM wanted AS w
    LEFT JOIN line ON CASE w.figure
        WHEN 'total' THEN true
        WHEN 'other' THEN NOT EXISTS (
            SELECT FROM llm_product_figures AS f WHERE f.scope = 'session' AND f.use_case = line.use_case
        )
        ELSE line.use_case = ANY (w.use_cases)
    END
    GROUP BY w.figure, w.nth
    ORDER BY w.nth, w.figure;
END;
COMMENT ON FUNCTION get_session_figures IS
    'What a session''s parts used: a row for each figure of llm_product_figures, for all other use cases and for the '
    'total, which is their sum. Tokens are null where no call reported them, total where nothing could be priced; it '
    'leaves out unpriced and calls without usage. The same before and after compaction and retention.';

ALTER TABLE llm_operation_usage ADD COLUMN last_created_at timestamptz;
COMMENT ON COLUMN llm_operation_usage.last_created_at IS
    'the latest event''s, which outlives it; null in windows compacted before it was kept';
CREATE INDEX llm_operation_usage_project ON llm_operation_usage (project_id, window_start);
CREATE INDEX llm_operation_usage_collection ON llm_operation_usage (collection_id, window_start)
    WHERE collection_id IS NOT NULL;
CREATE INDEX llm_operation_usage_template ON llm_operation_usage (template_id, window_start)
    WHERE template_id IS NOT NULL;

-- A refresh's calls: totals of compacted windows, what came for those later, and the events of all other windows.
CREATE FUNCTION llm_refresh_calls(
    p_scope text, p_id text, p_from timestamptz, p_to timestamptz, p_workspace_id text, p_window interval
) RETURNS TABLE (
    operation_id text, use_case text, model text, last_at timestamptz, calls bigint, calls_with_usage bigint,
    prompt_tokens bigint, prompt_tokens_calls bigint, completion_tokens bigint, completion_tokens_calls bigint,
    total_tokens bigint, total_tokens_calls bigint
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        o.operation_id, o.use_case, coalesce(o.response_model, o.model), coalesce(o.last_created_at, o.window_start),
        o.calls_success + o.calls_missing_usage + o.calls_timeout + o.calls_error, o.calls_with_usage,
        o.prompt_tokens, o.prompt_tokens_calls, o.completion_tokens, o.completion_tokens_calls, o.total_tokens,
        o.total_tokens_calls
    FROM llm_operation_usage AS o
    WHERE CASE p_scope
            WHEN 'collection' THEN o.collection_id WHEN 'template' THEN o.template_id WHEN 'project' THEN o.project_id
        END = p_id
        AND o.window_start >= coalesce(p_from, '-infinity') AND o.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR o.workspace_id = p_workspace_id)
        AND o.use_case IN (SELECT f.use_case FROM llm_product_figures AS f WHERE f.scope = p_scope)
    UNION ALL
    SELECT
        a.operation_id, a.use_case, coalesce(a.response_model, a.model),
        coalesce(uuid7_time(a.event_id), a.window_start),
        a.calls_success + a.calls_missing_usage + a.calls_timeout + a.calls_error, a.calls_with_usage,
        a.prompt_tokens, a.prompt_tokens_calls, a.completion_tokens, a.completion_tokens_calls, a.total_tokens,
        a.total_tokens_calls
    FROM llm_counted_adjustments AS a
    WHERE CASE p_scope
            WHEN 'collection' THEN a.collection_id WHEN 'template' THEN a.template_id WHEN 'project' THEN a.project_id
        END = p_id
        AND a.operation_id IS NOT NULL AND a.state = 'final' AND a.reason IN ('late', 'replay')
        AND a.window_start >= coalesce(p_from, '-infinity') AND a.window_start < coalesce(p_to, 'infinity')
        AND (p_workspace_id IS NULL OR a.workspace_id = p_workspace_id)
        AND a.use_case IN (SELECT f.use_case FROM llm_product_figures AS f WHERE f.scope = p_scope)
    UNION ALL
    SELECT
        e.operation_id, e.use_case, coalesce(e.response_model, e.model), e.created_at,
        e.calls_success + e.calls_missing_usage + e.calls_timeout + e.calls_error, e.calls_with_usage,
        e.prompt_tokens, e.prompt_tokens_calls, e.completion_tokens, e.completion_tokens_calls, e.total_tokens,
        e.total_tokens_calls
    FROM llm_windows AS w
    -- OFFSET 0 has each window looked up by index, instead of all that the scope ever did read at once.
    CROSS JOIN LATERAL (
        SELECT * FROM llm_usage_event_measures AS e
        WHERE e.stream = w.stream AND e.created_at >= w.window_start AND e.created_at < w.window_start + p_window
            AND CASE p_scope
                WHEN 'collection' THEN e.collection_id WHEN 'template' THEN e.template_id
                WHEN 'project' THEN e.project_id
            END = p_id
            AND e.operation_id IS NOT NULL
            AND (p_workspace_id IS NULL OR e.workspace_id = p_workspace_id)
        OFFSET 0
    ) AS e
    WHERE w.state <> 'compacted'
        AND w.window_start >= coalesce(p_from, '-infinity') AND w.window_start < coalesce(p_to, 'infinity')
        AND e.use_case IN (SELECT f.use_case FROM llm_product_figures AS f WHERE f.scope = p_scope);
END;
COMMENT ON FUNCTION llm_refresh_calls IS 'calls of the use cases of a scope''s analytics refresh, by operation and model';

CREATE FUNCTION llm_is_refresh_scope(p_scope text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF p_scope IS NULL OR p_scope NOT IN ('collection', 'template', 'project') THEN
        RAISE EXCEPTION 'collections, templates and projects are refreshed, not a %', quote_nullable(p_scope)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION llm_is_refresh_scope IS 'true, or the reason why not as error 22023';

CREATE FUNCTION get_refresh_figures(
    p_scope text, p_id text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_workspace_id text DEFAULT NULL, p_window interval DEFAULT llm_window_width(),
    p_book text DEFAULT 'cost', p_currency text DEFAULT 'USD'
) RETURNS TABLE (
    use_case text, refreshes bigint, last_operation_id text, last_at timestamptz, last_models text[], last_calls bigint,
    last_calls_with_usage bigint, last_prompt_tokens bigint, last_completion_tokens bigint, last_total_tokens bigint,
    refresh_calls bigint, calls bigint, calls_with_usage bigint, provisional_calls bigint,
    prompt_tokens bigint, completion_tokens bigint, total_tokens bigint, total numeric, unpriced jsonb, currency text
) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH used AS (
        SELECT
            l.use_case, sum(l.calls)::bigint AS calls, sum(l.calls_with_usage)::bigint AS calls_with_usage,
            coalesce(sum(l.calls) FILTER (WHERE l.state = 'provisional'), 0)::bigint AS provisional_calls,
            sum(l.prompt_tokens)::bigint AS prompt_tokens, sum(l.completion_tokens)::bigint AS completion_tokens,
            sum(l.total_tokens)::bigint AS total_tokens, sum(l.total) AS total,
            llm_sum_unpriced(array_agg(l.unpriced)) AS unpriced
        FROM get_usage(
            p_scope, p_id, p_from, p_to, p_workspace_id, p_window, p_book, p_currency, '{use_case}', 'UTC'
        ) AS l
        WHERE llm_is_refresh_scope(p_scope)
            AND l.use_case IN (SELECT f.use_case FROM llm_product_figures AS f WHERE f.scope = p_scope)
        GROUP BY GROUPING SETS ((), (l.use_case))
        HAVING sum(l.calls) <> 0
    ),
    refresh AS (
        SELECT
            c.use_case, c.operation_id, max(c.last_at) AS last_at,
            array_agg(DISTINCT c.model ORDER BY c.model) AS models,
            sum(c.calls)::bigint AS calls, sum(c.calls_with_usage)::bigint AS calls_with_usage,
            CASE WHEN sum(c.prompt_tokens_calls) <> 0 THEN sum(c.prompt_tokens)::bigint END AS prompt_tokens,
            CASE WHEN sum(c.completion_tokens_calls) <> 0 THEN sum(c.completion_tokens)::bigint END
                AS completion_tokens,
            CASE WHEN sum(c.total_tokens_calls) <> 0 THEN sum(c.total_tokens)::bigint END AS total_tokens
        FROM llm_refresh_calls(p_scope, p_id, p_from, p_to, p_workspace_id, p_window) AS c
        GROUP BY GROUPING SETS ((c.operation_id), (c.operation_id, c.use_case))
        HAVING sum(c.calls) <> 0
    ),
    ranked AS (
        SELECT
            r.*, count(*) OVER of_use_case AS refreshes, sum(r.calls) OVER of_use_case AS refresh_calls,
            row_number() OVER (PARTITION BY r.use_case ORDER BY r.last_at DESC, r.operation_id DESC) AS nth
        FROM refresh AS r
        WINDOW of_use_case AS (PARTITION BY r.use_case)
    )
    SELECT
        u.use_case, coalesce(r.refreshes, 0), r.operation_id, r.last_at, r.models, r.calls, r.calls_with_usage,
        r.prompt_tokens, r.completion_tokens, r.total_tokens, coalesce(r.refresh_calls, 0)::bigint,
        u.calls, u.calls_with_usage, u.provisional_calls, u.prompt_tokens, u.completion_tokens, u.total_tokens,
        u.total, u.unpriced, p_currency
    FROM used AS u
    LEFT JOIN ranked AS r ON r.use_case IS NOT DISTINCT FROM u.use_case AND r.nth = 1
    ORDER BY u.use_case NULLS FIRST;
END;
COMMENT ON FUNCTION get_refresh_figures IS
    'The analytics refreshes of a collection, template or project: first (use_case null) all of them, then by use case. '
    'A refresh is one operation_id; last_... is the latest one, with the models that answered it; the rest are totals. '
    'refresh_calls are those calls that have an operation_id; calls are all, as in get_usage. The same before and '
    'after compaction and retention.';
