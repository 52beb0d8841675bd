-- The two login roles. All rights on tables come from the migrations, which the owner runs.
-- The passwords arrive as SCRAM verifiers: the server and its log never see them.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tollbook_owner') THEN
        CREATE ROLE tollbook_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tollbook_sink') THEN
        CREATE ROLE tollbook_sink;
    END IF;
END
$$;
ALTER ROLE tollbook_owner WITH LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD %(owner_verifier)s;
ALTER ROLE tollbook_sink WITH LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD %(sink_verifier)s;
