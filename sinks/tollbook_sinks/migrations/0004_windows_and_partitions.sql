-- The life of each window, and how far each partition of the log has been read.

CREATE TABLE llm_windows (
    stream text NOT NULL,
    window_start timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'compacted', 'disputed')),
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    compacted_at timestamptz,
    ledger_events bigint,
    rollup_events bigint,
    ledger_calls bigint,
    rollup_calls bigint,
    ledger_digest bytea,
    rollup_digest bytea,
    sums jsonb,
    differences jsonb,
    PRIMARY KEY (stream, window_start)
);
CREATE INDEX llm_windows_unfinished ON llm_windows (stream, window_start) WHERE state <> 'compacted';
COMMENT ON COLUMN llm_windows.sums IS 'proof: measure name to value, those that are not zero';
COMMENT ON COLUMN llm_windows.differences IS 'disputed: where ledger and rollups differ';

CREATE TABLE llm_source_partitions (
    kind text NOT NULL CHECK (kind IN ('live', 'import')),
    partition integer NOT NULL,
    cluster_id text NOT NULL,
    topic_id text NOT NULL,
    first_offset bigint NOT NULL,
    next_offset bigint NOT NULL,
    clock_ms bigint NOT NULL DEFAULT 0,
    ended jsonb NOT NULL DEFAULT '{}',
    ledger bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    conflicts bigint NOT NULL DEFAULT 0,
    dead_letters bigint NOT NULL DEFAULT 0,
    ticks bigint NOT NULL DEFAULT 0,
    ends bigint NOT NULL DEFAULT 0,
    gaps bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, partition),
    CONSTRAINT llm_source_partitions_every_offset_accounted_for
        CHECK (next_offset - first_offset = ledger + duplicates + conflicts + dead_letters + ticks + ends + gaps)
);
COMMENT ON TABLE llm_source_partitions IS 'the recorded set of partitions of each source topic, and the sink''s offsets';
COMMENT ON COLUMN llm_source_partitions.ended IS 'import id to the clock (ms) at its end record';

CREATE TABLE llm_changelog_partitions (
    kind text NOT NULL CHECK (kind IN ('live', 'import')),
    partition integer NOT NULL,
    cluster_id text NOT NULL,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL,
    through bigint NOT NULL DEFAULT -1,
    clock_ms bigint NOT NULL DEFAULT 0,
    open jsonb NOT NULL DEFAULT '{}',
    ended jsonb NOT NULL DEFAULT '{}',
    floor_ms bigint NOT NULL DEFAULT 0,
    bad bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, partition)
);
COMMENT ON COLUMN llm_changelog_partitions.through IS 'the mark: highest source offset folded by the processor, -1 for none';
COMMENT ON COLUMN llm_changelog_partitions.open IS 'the mark: window start (ms) or import id to [events, first offset]';
COMMENT ON COLUMN llm_changelog_partitions.ended IS 'the mark: import id to the clock (ms) at its end record';
COMMENT ON COLUMN llm_changelog_partitions.bad IS 'records that no processor of ours wrote, skipped';

CREATE TABLE llm_import_ends (
    import_id text NOT NULL,
    side text NOT NULL CHECK (side IN ('ledger', 'rollup')),
    partition integer NOT NULL,
    clock_ms bigint NOT NULL,
    PRIMARY KEY (import_id, side, partition)
);

GRANT SELECT, INSERT ON llm_windows TO tollbook_sink;
GRANT SELECT, INSERT, UPDATE ON llm_source_partitions, llm_changelog_partitions TO tollbook_sink;
GRANT SELECT, INSERT ON llm_import_ends TO tollbook_sink;

-- The states of some windows, held against change until the transaction ends: a compaction waits, and what it compared
-- stays true. A function, because locking a row needs the right to update it, which the sink does not have.
CREATE FUNCTION hold_llm_windows(streams text[], starts timestamptz[])
RETURNS TABLE (stream text, window_start timestamptz, state text)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT w.stream, w.window_start, w.state
    FROM public.llm_windows AS w
    WHERE (w.stream, w.window_start) IN (SELECT * FROM unnest(streams, starts))
    ORDER BY w.stream, w.window_start
    FOR SHARE OF w
$$;

REVOKE EXECUTE ON FUNCTION hold_llm_windows(text[], timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_llm_windows(text[], timestamptz[]) TO tollbook_sink;
