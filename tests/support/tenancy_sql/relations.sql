SELECT format('SELECT %s FROM %I', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), c.relname)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND has_column_privilege('tollbook_tenant', c.oid, a.attnum, 'SELECT')
    -- When a row was entered differs between two databases, and a number that is drawn for it.
    AND (c.relname, a.attname) NOT IN (VALUES
        ('llm_windows', 'opened_at'), ('llm_tenants', 'created_at'), ('llm_pricing', 'id'),
        ('llm_cost_corrections', 'id'), ('llm_cost_corrections', 'created_at')
    )
GROUP BY c.relname
ORDER BY c.relname;
