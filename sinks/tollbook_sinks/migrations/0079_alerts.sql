-- What alerts ask of the ledger now and then, so that asking never reads all of it.

CREATE INDEX llm_usage_events_dropped ON llm_usage_events (created_at) WHERE error_type = 'dropped';
COMMENT ON INDEX llm_usage_events_dropped IS 'events that tell of calls which a full spool had no room for: few or none';

GRANT SELECT ON llm_dead_letters, llm_dead_letter_decisions TO tollbook_maintainer;

-- Growing: an administrator who does not own the tables records the partitions that a topic is about to have.
GRANT INSERT ON llm_source_partitions, llm_changelog_partitions TO tollbook_admin;
