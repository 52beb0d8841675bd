-- Roles of people and services beside the sink, and the record of what administrators did. Rights on tables are granted
-- where the tables are made; logins are made by whoever runs the server, and given one of these roles.

DO $$
DECLARE
    missing text;
BEGIN
    FOREACH missing IN ARRAY ARRAY['tollbook_maintainer', 'tollbook_reader', 'tollbook_admin', 'tollbook_tenant'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = missing) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', missing);
        END IF;
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA public TO tollbook_maintainer, tollbook_reader, tollbook_admin, tollbook_tenant;

CREATE TABLE llm_admin_actions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who text NOT NULL DEFAULT session_user,
    action text NOT NULL CHECK (action ~ '^[a-z][a-z0-9_ ]{0,63}$'),
    why text NOT NULL CHECK (why ~ '\S' AND length(why) <= 1000),
    details jsonb NOT NULL DEFAULT '{}',
    begun bigint REFERENCES llm_admin_actions,
    outcome text NOT NULL CHECK (outcome IN ('begun', 'done', 'failed')),
    CONSTRAINT llm_admin_actions_an_end_names_its_beginning CHECK (outcome <> 'begun' OR begun IS NULL)
);
COMMENT ON TABLE llm_admin_actions IS
    'imports, replays, price changes, discards: who did what, when and why. Append-only: the end is a row of its own';
COMMENT ON COLUMN llm_admin_actions.who IS 'the role that logged in; nobody can write another''s name';
COMMENT ON COLUMN llm_admin_actions.begun IS 'of an end: the row in which it began; null for what was done in one step';
COMMENT ON COLUMN llm_admin_actions.outcome IS 'begun with no end that names it: broken off, or still at work';

CREATE FUNCTION llm_admin_actions_are_signed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.who := session_user;
    NEW.at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER llm_admin_actions_signed BEFORE INSERT ON llm_admin_actions
    FOR EACH ROW EXECUTE FUNCTION llm_admin_actions_are_signed();

CREATE FUNCTION llm_admin_actions_are_for_ever() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'llm_admin_actions is append-only: what was done stays on record'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER llm_admin_actions_append_only BEFORE UPDATE OR DELETE ON llm_admin_actions
    FOR EACH ROW EXECUTE FUNCTION llm_admin_actions_are_for_ever();
CREATE TRIGGER llm_admin_actions_never_emptied BEFORE TRUNCATE ON llm_admin_actions
    FOR EACH STATEMENT EXECUTE FUNCTION llm_admin_actions_are_for_ever();

GRANT SELECT ON llm_admin_actions TO tollbook_reader;
GRANT SELECT, INSERT (action, why, details, begun, outcome) ON llm_admin_actions TO tollbook_admin;
