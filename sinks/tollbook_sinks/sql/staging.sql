-- The connection's own tables that rows are copied into first: those that replace others, and those of tables with
-- row-level security, into which COPY is not possible. They empty themselves when the transaction ends.

-- name: create_stage_partials
CREATE TEMPORARY TABLE stage_partials (LIKE llm_usage_partials) ON COMMIT DELETE ROWS;

-- name: create_stage_adjustments
CREATE TEMPORARY TABLE stage_adjustments (
    stream text,
    window_start timestamptz,
    kind text,
    source_partition integer,
    source_offset bigint,
    reason text,
    event_id uuid,
    session_id text,
    operation_id text,
    key_digest bytea,
    LIKE llm_usage_columns
) ON COMMIT DELETE ROWS;
