-- name: role
SELECT pg_has_role(oid, 'tollbook_tenant', 'USAGE') AS is_tenant FROM pg_roles WHERE rolname = %(role)s;

-- name: create_role
CREATE ROLE {role} LOGIN;

-- name: grant_role
GRANT tollbook_tenant TO {role};

-- name: add
INSERT INTO llm_tenants (role_name, workspace_id) VALUES (%(role)s, %(workspace)s);

-- name: remove
DELETE FROM llm_tenants WHERE role_name = %(role)s RETURNING workspace_id;

-- name: list
SELECT t.role_name AS role, t.workspace_id AS workspace, t.created_at, t.created_by,
       r.oid IS NOT NULL AS exists, coalesce(r.rolcanlogin, false) AS can_log_in,
       llm_sees_every_workspace(t.role_name) AS sees_all_through
  FROM llm_tenants AS t
  LEFT JOIN pg_roles AS r ON r.rolname = t.role_name
 ORDER BY t.workspace_id, t.role_name;
