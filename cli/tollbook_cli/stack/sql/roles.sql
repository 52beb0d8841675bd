-- The two login roles, and those that people's and services' logins are given. All rights on tables come from the migrations, which the owner runs.
-- The passwords arrive as SCRAM verifiers: the server and its log never see them.
DO $$
DECLARE
    missing text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tollbook_owner') THEN
        CREATE ROLE tollbook_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tollbook_sink') THEN
        CREATE ROLE tollbook_sink;
    END IF;
    FOREACH missing IN ARRAY ARRAY['tollbook_maintainer', 'tollbook_reader', 'tollbook_admin', 'tollbook_tenant'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = missing) THEN
            EXECUTE format('CREATE ROLE %%I NOLOGIN', missing);
        END IF;
    END LOOP;
END
$$;
ALTER ROLE tollbook_owner WITH LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD %(owner_verifier)s;
ALTER ROLE tollbook_sink WITH LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD %(sink_verifier)s;
