-- Usage made up by Postgres: calls of skewed projects, and all totals that follow from them.
-- {dimensions}, {measures} and {sum_measures} are column lists.

-- name: keys
-- Twelve rollup keys a project. The first project has most of the calls, the tenth a tenth of that, and so on (Zipf's
-- law); so have a project's keys. upto: the share of all calls up to this key. sessions: how many the project has a day.
CREATE UNLOGGED TABLE bench_keys AS
SELECT
    row_number() OVER (ORDER BY project, nth)::integer AS key_number, project,
    greatest(1, round(%(daily)s::integer / 10.0 * sum(1.0 / project / nth) OVER (PARTITION BY project)
        / sum(1.0 / project / nth) OVER ()))::integer AS sessions,
    (sum(1.0 / project / nth) OVER (ORDER BY project, nth) / sum(1.0 / project / nth) OVER ())::float8 AS upto,
    dims.*,
    sha256(convert_to(to_jsonb(dims)::text, 'UTF8')) AS dimensions_digest
FROM generate_series(1, %(projects)s::integer) AS project
CROSS JOIN generate_series(1, 12) AS nth
CROSS JOIN LATERAL (
    SELECT
        format('ws_%%s', lpad(to_hex(mod(project, %(workspaces)s::integer)), 8, '0')) AS workspace_id,
        format('proj_%%s', lpad(to_hex(project), 8, '0')) AS project_id,
        format('tpl_%%s', lpad(to_hex(project), 8, '0')) AS template_id,
        format('col_%%s_%%s', lpad(to_hex(project), 8, '0'), mod(nth, 2)) AS collection_id,
        'production' AS environment, 'openai' AS provider,
        (ARRAY['gpt-4.1-mini', 'gpt-4.1', 'gpt-4.1-nano'])[mod(nth, 3) + 1] AS model,
        (ARRAY['gpt-4.1-mini-2025-04-14', 'gpt-4.1-2025-04-14', 'gpt-4.1-nano-2025-04-14'])[mod(nth, 3) + 1]
            AS response_model,
        (ARRAY['barbara_analysis', 'elise_editing', 'session_summary', 'topic_overlap'])[mod(nth, 4) + 1] AS use_case,
        'default' AS service_tier, false AS batch, 0 AS prompt_band
) AS dims;

-- name: make_day
CREATE TABLE {day} (LIKE llm_usage_events INCLUDING ALL EXCLUDING INDEXES);

-- name: fill_day
-- A session's calls lie within one hour and are one operation; one call in 50 is without usage, one in 1000 late.
INSERT INTO {day} (
    id, {dimensions}, session_id, status, prompt_tokens, completion_tokens, total_tokens, cached_prompt_tokens,
    reasoning_tokens, raw_usage, request_id, source_id, latency_ms, created_at, operation_id, aggregate, call_count,
    attempts, flags, schema_version, dimensions_digest, stream, on_time, source_partition, source_offset, content_digest
)
SELECT
    (lpad(to_hex((extract(epoch FROM created_at) * 1000)::bigint), 12, '0') || '7' || substr(hash, 1, 3) || '8'
        || substr(hash, 4, 15))::uuid,
    {dimensions}, 'sess_' || to_hex(project) || '_' || to_hex(%(number)s::integer) || '_' || to_hex(session),
    CASE WHEN is_reported THEN 'success' ELSE 'missing_usage' END,
    prompt, completion, prompt + completion, cached, reasoning,
    CASE WHEN is_reported THEN jsonb_build_object(
        'prompt_tokens', prompt, 'completion_tokens', completion, 'total_tokens', prompt + completion,
        'prompt_tokens_details', jsonb_build_object('audio_tokens', 0, 'cached_tokens', cached),
        'completion_tokens_details', jsonb_build_object('audio_tokens', 0, 'reasoning_tokens', reasoning)
    ) END,
    'req_' || hash, 'chatcmpl-' || substr(hash, 9), 200 + floor(slow * 8800), created_at,
    'op_' || to_hex(project) || '_' || to_hex(%(number)s::integer) || '_' || to_hex(session), false, 1, 1, '{{}}', 1, dimensions_digest, 'live', mod(nth, 1000) <> 0,
    0, nth, sha256(int8send(nth))
FROM (
    SELECT
        key.*, call.nth, call.minute, call.long, call.short, call.slow, one.session, mod(nth, 50) <> 0 AS is_reported, md5(nth::text) AS hash,
        CASE WHEN mod(nth, 50) <> 0 THEN 500 + floor(long * 8500) END AS prompt,
        CASE WHEN mod(nth, 50) <> 0 THEN 20 + floor(short * 880) END AS completion,
        CASE WHEN mod(nth, 50) <> 0 THEN mod(nth, 2) * floor(long * 33) * 128 END AS cached,
        CASE WHEN mod(nth, 50) <> 0 THEN mod(nth, 3) * floor(short * 290) END AS reasoning,
        %(start)s::timestamptz + mod(session * 7 + project, %(hours)s::integer) * interval '1 hour'
            + floor(minute * 3600000) * interval '1 millisecond' AS created_at
    FROM (
        SELECT
            %(number)s::bigint * %(events)s::bigint + n AS nth,
            least(width_bucket(random(), (SELECT array_agg(upto ORDER BY key_number) FROM bench_keys)),
                (SELECT count(*) FROM bench_keys) - 1) + 1 AS key_number,
            random() AS which, random() AS minute, random() AS long, random() AS short, random() AS slow
        FROM generate_series(0, %(events)s::bigint - 1) AS n
    ) AS call
    JOIN bench_keys AS key USING (key_number)
    CROSS JOIN LATERAL (SELECT floor(call.which * key.sessions)::integer AS session) AS one
) AS made;

-- name: bound_day
-- Attaching needs no look at the rows then; it makes the indexes.
ALTER TABLE {day} ADD CHECK (created_at >= {start} AND created_at < {end});

-- name: attach_day
ALTER TABLE llm_usage_events ATTACH PARTITION {day} FOR VALUES FROM ({start}) TO ({end});

-- name: write_windows
INSERT INTO llm_windows (
    stream, window_start, state, closed_at, compacted_at, ledger_events, rollup_events, ledger_calls, rollup_calls,
    ledger_digest, rollup_digest
)
SELECT
    stream, date_bin('1 hour', created_at, 'epoch'), %(state)s, now(), CASE %(state)s WHEN 'compacted' THEN now() END,
    count(*) FILTER (WHERE on_time), count(*) FILTER (WHERE on_time), count(*) FILTER (WHERE on_time),
    count(*) FILTER (WHERE on_time), '', ''
FROM llm_usage_events
WHERE created_at >= %(start)s AND created_at < %(end)s
GROUP BY 1, 2;

-- name: write_rollups
INSERT INTO llm_usage_rollups (stream, window_start, key_digest, {dimensions}, {measures})
SELECT stream, date_bin('1 hour', created_at, 'epoch'), dimensions_digest, {dimensions}, {sum_measures}
FROM llm_usage_event_measures
WHERE created_at >= %(start)s AND created_at < %(end)s AND on_time
GROUP BY 1, 2, dimensions_digest, {dimensions};

-- name: write_partials
-- As a processor of one source partition states them.
INSERT INTO llm_usage_partials (stream, source_partition, window_start, key_digest, applied, {dimensions}, {measures})
SELECT
    stream, 0, date_bin('1 hour', created_at, 'epoch'), dimensions_digest, 9223372036854775807,
    {dimensions}, {sum_measures}
FROM llm_usage_event_measures
WHERE created_at >= %(start)s AND created_at < %(end)s AND on_time
GROUP BY stream, date_bin('1 hour', created_at, 'epoch'), dimensions_digest, {dimensions};

-- name: write_late
INSERT INTO llm_usage_adjustments (
    stream, window_start, kind, source_partition, source_offset, reason, event_id, session_id, operation_id, key_digest,
    {dimensions}, {measures}
)
SELECT
    stream, date_bin('1 hour', created_at, 'epoch'), 'live', 0, source_offset, 'late', id, session_id, operation_id,
    dimensions_digest, {dimensions}, {measures}
FROM llm_usage_event_measures
JOIN (
    SELECT id, created_at, source_offset FROM llm_usage_events
    WHERE created_at >= %(start)s AND created_at < %(end)s AND NOT on_time
) AS late USING (id, created_at);

-- name: write_sessions
INSERT INTO llm_session_usage (session_id, stream, window_start, key_digest, {dimensions}, {measures})
SELECT session_id, stream, date_bin('1 hour', created_at, 'epoch'), dimensions_digest, {dimensions}, {sum_measures}
FROM llm_usage_event_measures
WHERE created_at >= %(start)s AND created_at < %(end)s AND on_time
GROUP BY 1, 2, 3, dimensions_digest, {dimensions};

-- name: write_source_partition
INSERT INTO llm_source_partitions (kind, partition, cluster_id, topic_id, first_offset, next_offset, ledger, clock_ms)
SELECT 'live', 0, 'made', 'up', 0, count(*), count(*), %(clock_ms)s FROM llm_usage_events;

-- name: write_changelog_partition
INSERT INTO llm_changelog_partitions (kind, partition, cluster_id, topic_id, next_offset, through, clock_ms)
SELECT 'live', 0, 'made', 'up', 0, next_offset - 1, %(clock_ms)s FROM llm_source_partitions;

-- name: copy_earlier
-- A workspace's totals again, that many days earlier.
INSERT INTO llm_usage_rollups (stream, window_start, key_digest, {dimensions}, {measures})
SELECT stream, window_start - %(days)s * interval '1 day', key_digest, {dimensions}, {measures}
FROM llm_usage_rollups
WHERE workspace_id = %(workspace)s AND window_start >= %(start)s AND window_start < %(end)s;

-- name: drop_keys
DROP TABLE bench_keys;
