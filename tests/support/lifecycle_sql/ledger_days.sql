SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'llm_usage_events'::regclass ORDER BY relname;
