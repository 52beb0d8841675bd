-- Days whose ledger rows are on their way out or gone. Totals, sessions, operations and proofs of their windows stay.
-- This table is the ledger's floor, kept day by day: nothing is ever written again into a day that stands here.

CREATE TABLE llm_expired_days (
    day date PRIMARY KEY,
    expired_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    file_name text,
    file_bytes bigint,
    file_digest bytea,
    ledger_rows bigint,
    sums jsonb,
    rows_digest bytea,
    dropped_at timestamptz,
    restored_at timestamptz,
    CONSTRAINT llm_expired_days_an_archive_has_its_proof CHECK (
        (archived_at IS NULL)
        = (num_nulls(file_name, file_bytes, file_digest, ledger_rows, sums, rows_digest) > 0)
    )
);
COMMENT ON COLUMN llm_expired_days.expired_at IS 'from then on nothing is written into the day; every window was proven';
COMMENT ON COLUMN llm_expired_days.file_digest IS 'SHA-256 of the archive file';
COMMENT ON COLUMN llm_expired_days.sums IS 'of all rows: measure name to value, those that are not zero';
COMMENT ON COLUMN llm_expired_days.rows_digest IS 'SHA-256 over the rows in the order of created_at, id';
COMMENT ON COLUMN llm_expired_days.restored_at IS 'the rows came back from the archive and stay until they are released';

-- What the counters of llm_source_partitions hold of each such day, for the audit.
CREATE TABLE llm_expired_offsets (
    day date NOT NULL REFERENCES llm_expired_days,
    kind text NOT NULL CHECK (kind IN ('live', 'import')),
    partition integer NOT NULL,
    ledger_rows bigint NOT NULL CHECK (ledger_rows > 0),
    PRIMARY KEY (day, kind, partition)
);

GRANT SELECT ON llm_expired_days, llm_expired_offsets TO tollbook_reader;

CREATE INDEX llm_windows_start ON llm_windows (window_start);

-- An imported event of such a day is refused: its total counted it, this takes it back.
ALTER TABLE llm_usage_adjustments DROP CONSTRAINT llm_usage_adjustments_reason_check;
ALTER TABLE llm_usage_adjustments ADD CONSTRAINT llm_usage_adjustments_reason_check
    CHECK (reason IN ('duplicate', 'conflict', 'late', 'replay', 'expired'));
