-- What became of dead letters: sent again as an import, or discarded. The letters themselves stay as they are.

CREATE TABLE llm_dead_letter_decisions (
    kind text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    decision text NOT NULL CHECK (decision IN ('requeue', 'sent', 'discard')),
    import_id text,
    action bigint NOT NULL REFERENCES llm_admin_actions,
    who text NOT NULL DEFAULT session_user,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    why text NOT NULL CHECK (why ~ '\S' AND length(why) <= 1000),
    PRIMARY KEY (kind, partition, "offset", decision),
    FOREIGN KEY (kind, partition, "offset") REFERENCES llm_dead_letters,
    CONSTRAINT llm_dead_letter_decisions_imports_are_named CHECK ((import_id IS NULL) = (decision = 'discard'))
);
COMMENT ON TABLE llm_dead_letter_decisions IS
    'what was decided of dead letters, by whom and why; append-only. A letter without a row waits for a decision';
COMMENT ON COLUMN llm_dead_letter_decisions.decision IS
    'requeue: to be sent as part of that import; sent: Kafka has it and the import''s end; discard: not to be counted';

CREATE UNIQUE INDEX llm_dead_letter_decisions_one_fate
    ON llm_dead_letter_decisions (kind, partition, "offset") WHERE decision <> 'sent';
CREATE INDEX llm_dead_letter_decisions_by_import ON llm_dead_letter_decisions (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX llm_dead_letters_by_time ON llm_dead_letters (appended_at);

CREATE TRIGGER llm_dead_letter_decisions_signed BEFORE INSERT ON llm_dead_letter_decisions
    FOR EACH ROW EXECUTE FUNCTION llm_admin_actions_are_signed();

CREATE FUNCTION llm_dead_letter_decisions_are_for_ever() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'llm_dead_letter_decisions is append-only: what was decided stays on record'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER llm_dead_letter_decisions_append_only BEFORE UPDATE OR DELETE ON llm_dead_letter_decisions
    FOR EACH ROW EXECUTE FUNCTION llm_dead_letter_decisions_are_for_ever();
CREATE TRIGGER llm_dead_letter_decisions_never_emptied BEFORE TRUNCATE ON llm_dead_letter_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION llm_dead_letter_decisions_are_for_ever();

GRANT SELECT ON llm_dead_letters, llm_dead_letter_decisions TO tollbook_reader, tollbook_admin;
GRANT INSERT (kind, partition, "offset", decision, import_id, action, why) ON llm_dead_letter_decisions
    TO tollbook_admin;
-- What a requeue asks besides: what is counted already, which days have left the ledger, how far its import is.
GRANT SELECT ON llm_expired_days, llm_import_ends TO tollbook_admin;
GRANT SELECT (id, created_at, content_digest) ON llm_usage_events TO tollbook_admin;
