SELECT * FROM llm_admin_actions ORDER BY id;
