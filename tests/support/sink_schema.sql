-- name: schema
-- The whole schema as readable lines, ordered; without the migration library's own tables and the ledger's days.
WITH relation AS (
    SELECT c.oid, c.relname, c.relkind, c.relacl, c.relowner, c.reloptions, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT c.relispartition AND c.relname !~ 'yoyo'
), line AS (
    SELECT relname AS name, 0 AS part, 0 AS nth,
           format('%s %s%s', CASE relkind WHEN 'p' THEN 'partitioned table' WHEN 'r' THEN 'table' WHEN 'v' THEN 'view'
                             WHEN 'm' THEN 'materialized view' ELSE 'sequence' END, relname,
                  coalesce(' with ' || array_to_string(reloptions, ', '), '')) AS text
    FROM relation
    UNION ALL
    SELECT r.relname, 1, a.attnum,
           format('    %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
                  coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
    WHERE r.relkind <> 'S'
    UNION ALL
    SELECT r.relname, 2, 0, format('    constraint %s %s', k.conname, pg_get_constraintdef(k.oid))
    FROM relation AS r JOIN pg_constraint AS k ON k.conrelid = r.oid AND k.contype <> 'n'
    UNION ALL
    SELECT r.relname, 3, 0, '    ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE ', '')
    FROM relation AS r JOIN pg_index AS i ON i.indrelid = r.oid AND NOT i.indisprimary
    UNION ALL
    SELECT r.relname, 4, 0, format('    grant %s to %s', string_agg(p.privilege_type, ', ' ORDER BY p.privilege_type),
                                   coalesce(nullif(p.grantee, 0)::regrole::text, 'public'))
    FROM relation AS r CROSS JOIN LATERAL aclexplode(r.relacl) AS p
    WHERE p.grantee <> r.relowner
    GROUP BY r.relname, p.grantee
    UNION ALL
    SELECT r.relname, 4, 0, format('    grant %s (%s) to %s', p.privilege_type,
                                   string_agg(a.attname, ', ' ORDER BY a.attnum),
                                   coalesce(nullif(p.grantee, 0)::regrole::text, 'public'))
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND NOT a.attisdropped
    CROSS JOIN LATERAL aclexplode(a.attacl) AS p
    GROUP BY r.relname, p.privilege_type, p.grantee
    UNION ALL
    SELECT relname, 5, 0, '    row-level security' || CASE WHEN relforcerowsecurity THEN ', for the owner too' ELSE '' END
    FROM relation
    WHERE relrowsecurity
    UNION ALL
    SELECT r.relname, 5, 1,
           format('    %s policy %s for %s to %s%s%s', lower(p.permissive), p.policyname, lower(p.cmd),
                  array_to_string(p.roles, ', '), coalesce(' using ' || p.qual, ''),
                  coalesce(' check ' || p.with_check, ''))
    FROM relation AS r JOIN pg_policies AS p ON p.schemaname = 'public' AND p.tablename = r.relname
    UNION ALL
    SELECT r.relname, 6, 0, format('    %s%s', regexp_replace(pg_get_triggerdef(t.oid), '^CREATE ', ''),
                                   CASE t.tgenabled WHEN 'O' THEN '' ELSE ', enabled ' || t.tgenabled::text END)
    FROM relation AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT f.proname, 7, 0,
           format('function %s(%s) returns %s%s%s', f.proname, pg_get_function_identity_arguments(f.oid),
                  pg_get_function_result(f.oid), CASE WHEN f.prosecdef THEN ' security definer' ELSE '' END,
                  coalesce(' set ' || array_to_string(f.proconfig, ', '), ''))
    FROM pg_proc AS f
    WHERE f.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = f.oid AND d.deptype = 'e')
    UNION ALL
    SELECT f.proname, 8, 0,
           format('    execute to %s', coalesce(nullif(p.grantee, 0)::regrole::text, 'public'))
    FROM pg_proc AS f
    CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS p
    WHERE f.pronamespace = 'public'::regnamespace AND p.grantee <> f.proowner
      AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = f.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'schema', 0, 0, 'schema public'
    UNION ALL
    SELECT 'schema', 4, 0, format('    grant %s to %s', string_agg(p.privilege_type, ', ' ORDER BY p.privilege_type),
                                  coalesce(nullif(p.grantee, 0)::regrole::text, 'public'))
    FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS p
    WHERE n.nspname = 'public' AND p.grantee <> n.nspowner
    GROUP BY p.grantee
)
SELECT replace(text, E'\n', ' ') FROM line ORDER BY name COLLATE "C", part, nth, text COLLATE "C";
