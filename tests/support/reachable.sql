-- What leads to usage and is not held, in one sentence each: tables, views and functions of every schema that is not
-- Postgres' own or an extension's. allowed_tables are those without usage that a tenant may read;
-- definers may run with their owner's rights, and of those tenants may call callable_definers.
WITH schema AS (
    SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS (
    SELECT
        c.oid, c.relname, c.relkind, c.relispartition, c.relrowsecurity AND c.relforcerowsecurity AS held,
        coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false) AS invoker,
        has_table_privilege('tollbook_tenant', c.oid, 'SELECT')
            OR has_any_column_privilege('tollbook_tenant', c.oid, 'SELECT') AS readable,
        has_table_privilege('tollbook_tenant', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR has_any_column_privilege('tollbook_tenant', c.oid, 'INSERT, UPDATE, REFERENCES') AS writable,
        EXISTS (
            SELECT FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
        ) AS has_workspace,
        EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polroles = '{0}') AS open_to_all,
        EXISTS (
            SELECT FROM pg_policy AS p
            WHERE p.polrelid = c.oid AND p.polroles @> ARRAY['tollbook_tenant'::regrole::oid] AND NOT (
                p.polcmd = 'r' AND EXISTS (
                    SELECT FROM pg_depend AS d
                    WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                        AND d.refobjid = 'llm_tenant_workspace()'::regprocedure
                )
            )
        ) AS let_through
    FROM pg_class AS c JOIN schema ON schema.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
), function AS (
    SELECT f.oid, f.proname, f.prosecdef, f.proconfig
    FROM pg_proc AS f JOIN schema ON schema.oid = f.pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = f.oid AND d.deptype = 'e')
)
SELECT relname || ' has rows of workspaces and no forced row-level security' AS fault
FROM relation WHERE relkind IN ('r', 'p') AND NOT relispartition AND has_workspace AND NOT held
UNION ALL
SELECT relname || ' can be read by tenants and does not say whose each row is'
FROM relation
WHERE relkind IN ('r', 'p', 'f') AND NOT relispartition AND readable AND NOT (has_workspace AND held)
    AND relname <> ALL (%(allowed_tables)s)
UNION ALL
SELECT relname || ' is a partition or a copy, which no policy holds, and tenants may read it'
FROM relation WHERE (relispartition OR relkind = 'm') AND readable
UNION ALL
SELECT relation.relname || ' is a partition that others than the sink have rights on'
FROM relation JOIN pg_class AS c USING (oid) CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
WHERE relation.relispartition AND acl.grantee <> c.relowner
    AND NOT (acl.grantee = 'tollbook_sink'::regrole AND acl.privilege_type = 'INSERT')
UNION ALL
SELECT relname || ' can be written by tenants' FROM relation WHERE writable
UNION ALL
SELECT relname || ' has a policy for everybody' FROM relation WHERE open_to_all
UNION ALL
SELECT relname || ' has a policy for tenants that does not ask for their workspace'
FROM relation WHERE let_through AND relname <> 'llm_tenants'
UNION ALL
SELECT relname || ' shows what its owner may see, not what who asks may see'
FROM relation WHERE relkind = 'v' AND NOT invoker
UNION ALL
SELECT relname || ' is not readable by ' || role
FROM relation CROSS JOIN (VALUES ('tollbook_reader'), ('tollbook_admin')) AS wants (role)
WHERE relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition AND starts_with(relname, 'llm_')
    AND NOT has_table_privilege(role, oid, 'SELECT')
UNION ALL
SELECT proname || ' runs with its owner''s rights'
FROM function WHERE prosecdef AND proname <> ALL (%(definers)s)
UNION ALL
SELECT proname || ' runs with its owner''s rights, and ' || why
FROM function CROSS JOIN LATERAL (
    SELECT 'tenants may call it' AS why
    WHERE has_function_privilege('tollbook_tenant', oid, 'EXECUTE') AND proname <> ALL (%(callable_definers)s)
    UNION ALL
    SELECT 'finds objects where its caller says'
    WHERE NOT coalesce(array_to_string(proconfig, ' ') ~ 'search_path=(public, )?pg_catalog, pg_temp', false)
) AS because
WHERE prosecdef
ORDER BY fault;
