-- The two login roles, and those that people's and services' logins are given. All rights on tables come from the
-- migrations, which the owner runs. A role made here has none of the attributes of an administrator; they are not named,
-- because only a superuser may name them.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY[
        'tollbook_owner', 'tollbook_sink', 'tollbook_maintainer', 'tollbook_reader', 'tollbook_admin', 'tollbook_tenant'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        ELSIF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = role) THEN
            RAISE EXCEPTION 'the role % is a superuser or passes by row-level security', role
                USING ERRCODE = 'invalid_role_specification', HINT = 'Take these attributes away, then go on.';
        END IF;
    END LOOP;
    -- To make the owner's database one has to be able to act as the owner; a superuser is. Since Postgres 16 a member may
    -- not be: who makes a role is its member and may do no more than grant it, to itself too.
    IF NOT pg_has_role(
        current_user, 'tollbook_owner',
        CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END
    ) THEN
        GRANT tollbook_owner TO CURRENT_USER;
    END IF;
END
$$;
