SELECT id, created_at, stream, to_jsonb(e) AS row FROM llm_usage_events AS e ORDER BY created_at, id;
