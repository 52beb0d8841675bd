-- The sink's role. The role that migrates owns every table; the sink gets no more than each migration grants it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tollbook_sink') THEN
        CREATE ROLE tollbook_sink NOLOGIN;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO tollbook_sink;
