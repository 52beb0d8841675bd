SELECT f.proname, coalesce(f.proargnames[:f.pronargs], '{{}}')
FROM pg_proc AS f
WHERE f.pronamespace = 'public'::regnamespace AND starts_with(f.proname, 'get_')
    AND has_function_privilege('tollbook_tenant', f.oid, 'EXECUTE')
ORDER BY f.proname;
