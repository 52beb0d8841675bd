-- Totals of sessions and of business operations, written when a window is compacted, from its on-time ledger rows.

CREATE TABLE llm_session_usage (
    session_id text NOT NULL,
    stream text NOT NULL,
    window_start timestamptz NOT NULL,
    key_digest bytea NOT NULL,
    LIKE llm_usage_columns INCLUDING DEFAULTS,
    PRIMARY KEY (session_id, window_start, stream, key_digest)
);
CREATE INDEX llm_session_usage_window ON llm_session_usage (stream, window_start);

CREATE TABLE llm_operation_usage (
    operation_id text NOT NULL,
    stream text NOT NULL,
    window_start timestamptz NOT NULL,
    key_digest bytea NOT NULL,
    LIKE llm_usage_columns INCLUDING DEFAULTS,
    PRIMARY KEY (operation_id, window_start, stream, key_digest)
);
CREATE INDEX llm_operation_usage_window ON llm_operation_usage (stream, window_start);
