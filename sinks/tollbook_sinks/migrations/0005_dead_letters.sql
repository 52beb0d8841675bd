-- Records of a source topic that are no ledger rows, whole, with the reason; conflicts are kept here too.

CREATE TABLE llm_dead_letters (
    kind text NOT NULL CHECK (kind IN ('live', 'import')),
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    event_id uuid,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    appended_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, partition, "offset")
);
COMMENT ON COLUMN llm_dead_letters.headers IS 'the record''s headers as [[name, value in base64 or null], ...]';

GRANT INSERT ON llm_dead_letters TO tollbook_sink;
