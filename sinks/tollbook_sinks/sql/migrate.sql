-- name: may_create_tables
SELECT has_schema_privilege('public', 'CREATE')

-- name: lock_migrations
SELECT pg_advisory_lock(hashtextextended('tollbook.migrate', 0))
