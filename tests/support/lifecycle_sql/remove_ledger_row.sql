WITH gone AS (DELETE FROM llm_usage_events WHERE source_partition = %(partition)s AND source_offset = %(offset)s RETURNING *)
INSERT INTO removed_ledger_rows SELECT * FROM gone;
