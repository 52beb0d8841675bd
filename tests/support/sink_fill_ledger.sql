-- name: fill
-- Three days of made-up calls, enough that an index pays.
INSERT INTO llm_usage_events (
    id, created_at, workspace_id, project_id, template_id, collection_id, session_id, provider, model, use_case, status,
    batch, aggregate, call_count, flags, schema_version, prompt_band, dimensions_digest, stream, on_time,
    source_partition, source_offset, content_digest
)
SELECT id, uuid7_time(id), 'w' || n %% 200, 'p' || n %% 300, 't' || n %% 300, 'c' || n %% 300, 's' || n %% 1000,
       'openai', 'm' || n %% 200, 'u', 'success', false, false, 1, '{}', 1, 0, '', 'live', true, 0, n, ''
FROM (
    SELECT n, format(
        '0%%s7000%%s', to_hex((extract(epoch FROM %(first)s::timestamptz) * 1000)::bigint + n * 12000),
        to_hex(x'8000000000000000'::bigint + n)
    )::uuid AS id
    FROM generate_series(0, 21000) AS n
) AS made;
