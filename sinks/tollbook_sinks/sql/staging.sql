-- The connection's own tables that a batch is copied into. They empty themselves when the transaction ends.

-- name: create_stage_events
CREATE TEMPORARY TABLE stage_events (LIKE llm_usage_events) ON COMMIT DELETE ROWS;

-- name: create_stage_partials
CREATE TEMPORARY TABLE stage_partials (LIKE llm_usage_partials) ON COMMIT DELETE ROWS;
