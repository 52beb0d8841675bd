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
    -- To make the owner's database one has to be able to act as the owner; a superuser is.
    IF NOT pg_has_role(current_user, 'tollbook_owner', 'MEMBER') THEN
        GRANT tollbook_owner TO CURRENT_USER;
    END IF;
END
$$;
