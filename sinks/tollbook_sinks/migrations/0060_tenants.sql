-- Which workspace a database role speaks for. Administrators write it; nothing that a tenant can set has a part in it.

CREATE TABLE llm_tenants (
    role_name name PRIMARY KEY CHECK (role_name !~ '^(tollbook|pg)_'),
    workspace_id text NOT NULL CHECK (workspace_id <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE llm_tenants IS
    'the tenants: who logs in as this role sees the rows of this workspace; rows without a workspace are no tenant''s';
COMMENT ON COLUMN llm_tenants.created_by IS 'the role that logged in; nobody can write another''s name';

-- Rights add up, so a role that sees everything for another reason would not be held by being a tenant too.
CREATE FUNCTION llm_sees_every_workspace(p_role name) RETURNS name LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT other.rolname
    FROM pg_catalog.pg_roles AS asked
    JOIN pg_catalog.pg_roles AS other ON pg_catalog.pg_has_role(asked.oid, other.oid, 'MEMBER') AND (
        other.rolname IN (
            'tollbook_sink', 'tollbook_maintainer', 'tollbook_reader', 'tollbook_admin', 'pg_read_all_data',
            'pg_write_all_data'
        )
        OR other.rolsuper OR other.rolbypassrls
        OR other.oid = (SELECT relowner FROM pg_catalog.pg_class WHERE oid = 'llm_tenants'::regclass)
    )
    WHERE asked.rolname = p_role
    ORDER BY other.oid <> asked.oid, other.rolname
    LIMIT 1;
END;
COMMENT ON FUNCTION llm_sees_every_workspace IS
    'the role through which a role sees the rows of all workspaces; null: none';

CREATE FUNCTION llm_tenants_are_held() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    seen_through CONSTANT name := public.llm_sees_every_workspace(NEW.role_name);
BEGIN
    IF seen_through IS NOT NULL THEN
        RAISE EXCEPTION 'the role % cannot be a tenant: through % it sees every workspace', NEW.role_name, seen_through
            USING ERRCODE = 'invalid_role_specification', HINT = 'Use a role of its own for each workspace.';
    ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = NEW.role_name) THEN
        RAISE EXCEPTION 'there is no role %', NEW.role_name
            USING ERRCODE = 'undefined_object', HINT = 'Make the role first, then map it.';
    END IF;
    NEW.created_at := now();
    NEW.created_by := session_user;
    RETURN NEW;
END
$$;
CREATE TRIGGER llm_tenants_held BEFORE INSERT OR UPDATE ON llm_tenants
    FOR EACH ROW EXECUTE FUNCTION llm_tenants_are_held();

-- Not SECURITY DEFINER: a tenant may read its own line of the mapping, and current_user is who it really is. A login
-- that is a tenant stays that tenant, whatever role it sets. One that is none, a connection pool's, speaks for the
-- tenant whose role it has set. In plpgsql, which plans once a session and not once a question; names and operators in
-- full, so that no search_path finds others.
CREATE FUNCTION llm_tenant_workspace() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(
        (SELECT t.workspace_id FROM public.llm_tenants AS t WHERE t.role_name OPERATOR(pg_catalog.=) session_user),
        (SELECT t.workspace_id FROM public.llm_tenants AS t WHERE t.role_name OPERATOR(pg_catalog.=) current_user)
    );
END
$$;
COMMENT ON FUNCTION llm_tenant_workspace() IS
    'the workspace that this session speaks for; null: none, so it sees nothing';

CREATE FUNCTION llm_is_tenant() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.llm_tenants AS t WHERE t.role_name OPERATOR(pg_catalog.=) session_user);
END
$$;
COMMENT ON FUNCTION llm_is_tenant() IS 'whether a tenant logged in, with whose rights ever this is asked';
