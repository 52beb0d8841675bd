-- Until the session ends. Who changes a role that another changes at the same moment is refused by Postgres.
SELECT pg_advisory_lock(hashtextextended('tollbook.init', 0));
