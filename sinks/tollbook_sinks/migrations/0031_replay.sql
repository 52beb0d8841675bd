-- Replays: a source log folded again into a new generation, beside the live one, until it replaces what it corrects.

CREATE TABLE llm_generations (
    kind text PRIMARY KEY CHECK (kind IN ('live', 'import')),
    generation integer NOT NULL DEFAULT 1 CHECK (generation > 0),
    since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO llm_generations (kind) VALUES ('live'), ('import');
COMMENT ON TABLE llm_generations IS 'whose changelog the sink reads; a replay''s cut-over changes it with the totals';

CREATE TABLE llm_replays (
    kind text NOT NULL REFERENCES llm_generations,
    generation integer NOT NULL CHECK (generation > 1),
    state text NOT NULL DEFAULT 'folding' CHECK (state IN ('folding', 'committed', 'done', 'abandoned')),
    options jsonb NOT NULL,
    topic_id text,
    action bigint REFERENCES llm_admin_actions,
    begun_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    report jsonb,
    PRIMARY KEY (kind, generation)
);
CREATE UNIQUE INDEX llm_replays_one_unfinished ON llm_replays ((true)) WHERE state IN ('folding', 'committed');
COMMENT ON COLUMN llm_replays.state IS
    'folding: nothing is changed yet; committed: the tables are, the processors are yet to hear of it';
COMMENT ON COLUMN llm_replays.topic_id IS 'of the changelog, null until it is made';
COMMENT ON COLUMN llm_replays.report IS 'what was found and done, as tollbook replay --json prints it';

-- How far the unfinished replay's changelog is read, as llm_changelog_partitions of the live one. Also where its fold
-- begins: the first source offset, and the floor below which windows are left out.
CREATE TABLE llm_replay_partitions (
    partition integer PRIMARY KEY,
    first_offset bigint NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    through bigint NOT NULL DEFAULT -1,
    clock_ms bigint NOT NULL DEFAULT 0,
    open jsonb NOT NULL DEFAULT '{}',
    ended jsonb NOT NULL DEFAULT '{}',
    floor_ms bigint NOT NULL DEFAULT 0,
    bad bigint NOT NULL DEFAULT 0
);

-- The unfinished replay's totals; they become partials at the cut-over.
CREATE TABLE llm_replay_partials (
    LIKE llm_usage_partials INCLUDING DEFAULTS,
    PRIMARY KEY (stream, window_start, source_partition, key_digest)
);

GRANT SELECT ON llm_generations TO tollbook_sink;
GRANT SELECT ON llm_generations, llm_replays TO tollbook_reader;

-- An administrator who replays and does not own the tables.
GRANT SELECT, UPDATE ON llm_generations TO tollbook_admin;
GRANT SELECT, INSERT, UPDATE ON llm_replays TO tollbook_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON llm_replay_partitions, llm_replay_partials TO tollbook_admin;
GRANT SELECT, INSERT, DELETE ON llm_usage_partials TO tollbook_admin;
GRANT SELECT, INSERT ON llm_usage_adjustments TO tollbook_admin;
GRANT SELECT, UPDATE ON llm_windows, llm_changelog_partitions TO tollbook_admin;
GRANT SELECT ON llm_usage_rollups, llm_source_partitions TO tollbook_admin;
