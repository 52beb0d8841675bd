-- Every table of a day, whether it is attached to the ledger or not.
SELECT relname FROM pg_class WHERE relname ~ '^llm_usage_events_\d{8}$' AND relkind = 'r' ORDER BY relname;
