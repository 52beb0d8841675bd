-- Whether the sink has read an import's end in every partition of the imports topic.
SELECT
    (SELECT count(*) FROM llm_source_partitions WHERE kind = 'import') AS partitions,
    (SELECT count(*) FROM llm_import_ends WHERE import_id = %(import_id)s AND side = 'ledger') AS ended
